export interface FirstKey {
  readonly tenant: string;
  /** To be shown once; it is stored nowhere. */
  readonly key: string;
}

/** Gives each configured tenant that never had a key its first one; somebody has to be able to make the others. */
export interface FirstKeys {
  /** The keys made now: none when authentication is off or every tenant has had one. */
  make(): Promise<FirstKey[]>;
}

export const FIRST_KEYS = Symbol('FirstKeys');

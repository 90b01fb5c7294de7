/** What was changed, as somebody who looks for it would name it. */
export interface ConfigurationChange {
  /** `ZONE_UNIT`, `PRICE`, `MAPPING`, `SOURCE_PLATFORM`, `JOB_SCHEDULE`, `API_KEY`… */
  readonly object: string;
  readonly id: string;
  readonly action: Action;
  readonly reason: string | null;
  /** What it is from now on; null when it is gone. Never a secret. */
  readonly content: Readonly<Record<string, unknown>> | null;
}

export const ACTIONS = ['DEFINED', 'REMOVED', 'PAUSED', 'RESUMED'] as const;
export type Action = (typeof ACTIONS)[number];

/** `rtl_<keyId>_<secret>`: what a caller sends. The prefix lets secret scanners find a leaked one. */
const KEY_TEXT = /^rtl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface KeyParts {
  readonly keyId: string;
  /** 32 random bytes as base64url. */
  readonly secret: string;
}

export function keyText({ keyId, secret }: KeyParts): string {
  return `rtl_${keyId}_${secret}`;
}

export function parseKeyText(text: string): KeyParts | undefined {
  const [, keyId, secret] = KEY_TEXT.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

import type { Refused } from '../kernel/refusal.js';
import { refuse } from '../kernel/refusal.js';

/** What the door itself may refuse, and as what it leaves the house; a module's own table comes on top. */
export const commandRefusals: Readonly<Record<string, number>> = {
  'command/key-invalid': 400,
  'command/in-flight': 409,
  'command/key-reused': 422,
};

/** Printable ASCII without spaces, so that a key can stand in a stream name, a path and a log line. */
const KEY = /^[\x21-\x7e]{1,200}$/;

export function invalidKey(key: string): Refused | undefined {
  if (KEY.test(key)) return undefined;
  return refuse(
    'command/key-invalid',
    'An Idempotency-Key has 1 to 200 printable characters without spaces: a UUID made by the caller is best.',
  );
}

export function keyReused(commandId: string, firstName: string): Refused {
  return refuse(
    'command/key-reused',
    `The Idempotency-Key ${commandId} was used before, for another request (${firstName}): ` +
      'send the first request again unchanged to get its answer, or give this one a new key.',
    { facts: { commandId, firstName } },
  );
}

export function inFlight(commandId: string): Refused {
  return refuse(
    'command/in-flight',
    `The request with the Idempotency-Key ${commandId} is still being carried out: ask again in a moment for its answer.`,
    { facts: { commandId } },
  );
}

/** The name of a balance of a subscription in a cycle: an allowance and an accumulator may have the same name. */
export type ResourceKey = string;

const ALLOWANCE_KEY = 'allowance/';
const ACCUMULATOR_KEY = 'accumulator/';
/** Before the key of a balance: as the period before left it. */
export const EARLIER = 'earlier/';
/** Of balances that a price keeps for itself: no name in a price can begin like this. */
const OWN = '$';

export function allowanceKey(name: string): ResourceKey {
  return ALLOWANCE_KEY + name;
}

export function accumulatorKey(name: string): ResourceKey {
  return ACCUMULATOR_KEY + name;
}

/** Of the key of an allowance; undefined for other balances. */
export function allowanceNameOf(key: ResourceKey): string | undefined {
  return key.startsWith(ALLOWANCE_KEY) ? key.slice(ALLOWANCE_KEY.length) : undefined;
}

/** Between an allowance and how many cycles ago it was granted: no name in a price has it. */
const AGE = '~';

/** What is left of an allowance granted so many billing cycles ago is an allowance of its own: `DATA~1`. */
export function bucketName(allowance: string, age: number): string {
  return age === 0 ? allowance : `${allowance}${AGE}${age}`;
}

export function allowanceOfBucket(bucket: string): string {
  const at = bucket.lastIndexOf(AGE);
  return at < 0 ? bucket : bucket.slice(0, at);
}

/** How many cycles ago it was granted. */
export function ageOfBucket(bucket: string): number {
  const at = bucket.lastIndexOf(AGE);
  return at < 0 ? 0 : Number(bucket.slice(at + 1));
}

/** What a price counts for itself. */
export type OwnCounter = 'FREE_EVENT' | 'SPEND_TOTAL' | 'METER_READING';

const FREE = `${OWN}free `;
const SPEND = `${OWN}spend `;
const READING = `${OWN}reading `;

/** How many records a charge has had for nothing in a cycle. `scope`: the service, as a subscription may have several. */
export function freeEventsCounter(scope: string, charge: string): string {
  return `${FREE}${scope}/${charge}`;
}

/** The net spend of a cycle before its maximum, as a quantity. */
export function spendCounter(scope: string): string {
  return SPEND + scope;
}

/** The key of that balance. */
export function spendKey(scope: string): ResourceKey {
  return accumulatorKey(spendCounter(scope));
}

/** The last reading of the meter of a service id. */
export function readingCounter(reading: string, serviceId: string): string {
  return `${READING}${reading} ${serviceId}`;
}

export function ownCounterKind(name: string): OwnCounter | undefined {
  if (!name.startsWith(OWN)) return undefined;
  if (name.startsWith(FREE)) return 'FREE_EVENT';
  return name.startsWith(SPEND) ? 'SPEND_TOTAL' : 'METER_READING';
}

/** What a key is the key of. */
export function resourceOf(key: ResourceKey): { readonly kind: 'ALLOWANCE' | 'ACCUMULATOR'; readonly name: string } {
  const allowance = allowanceNameOf(key);
  return allowance === undefined
    ? { kind: 'ACCUMULATOR', name: key.slice(ACCUMULATOR_KEY.length) }
    : { kind: 'ALLOWANCE', name: allowance };
}

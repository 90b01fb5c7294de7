import { canonicalJson } from '../../../shared/kernel/canonical-json.js';
import { FieldReader } from '../../../shared/kernel/fields.js';
import type { FieldError } from '../../../shared/kernel/refusal.js';

/** What can be done to an object. CREATE and UPDATE both define it from `effectiveFrom` on; END ends a service id. */
export const FEED_ACTIONS = ['CREATE', 'UPDATE', 'END'] as const;
export type FeedAction = (typeof FEED_ACTIONS)[number];

/** A message whose envelope is in order; its payload is for its object's own module to read. */
export interface FeedMessage {
  readonly messageId: string;
  readonly object: string;
  readonly action: FeedAction;
  /** Epoch ms. */
  readonly effectiveFrom: number;
  readonly payload: unknown;
}

/** Why a message could not be applied; `errors` when the message itself is wrong. */
export interface FeedRefusal {
  readonly code: string;
  /** For people: what is wrong, and for a message out of order, what must come first. */
  readonly reason: string;
  readonly errors?: readonly FieldError[];
}

/** A batch of thousand messages, all wrong, must still fit one append. */
const MAX_ERRORS = 20;
const MAX_REASON = 300;

/** Reads the envelope of one raw message; every error at once. */
export function readFeedMessage(raw: unknown): FeedMessage | FeedRefusal {
  const fields = new FieldReader(raw);
  const message: FeedMessage = {
    messageId: fields.text('messageId', { max: 100 }),
    object: fields.text('object', { max: 40 }),
    action: fields.choice('action', FEED_ACTIONS),
    effectiveFrom: fields.instant('effectiveFrom'),
    payload: fields.any('payload'),
  };
  fields.noOthers();
  return fields.errors.length > 0 ? invalidMessage(fields.errors) : message;
}

export function invalidMessage(errors: readonly FieldError[]): FeedRefusal {
  const [first, ...more] = errors;
  const what = `${first?.path === '' ? 'the message' : (first?.path ?? '')} ${first?.message ?? 'is wrong'}`;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return {
    code: 'INVALID_MESSAGE',
    reason: `${what.slice(0, MAX_REASON)}${others}: send it corrected, under a new messageId`,
    errors: errors.slice(0, MAX_ERRORS),
  };
}

export function isFeedRefusal(value: object): value is FeedRefusal {
  return 'code' in value && 'reason' in value;
}

/** What can be read of an envelope, however wrong the rest of the message is: for lists and filters. */
export interface Envelope {
  readonly messageId: string | null;
  readonly object: string | null;
  readonly action: string | null;
  readonly effectiveFrom: number | null;
}

export function envelopeOf(raw: unknown): Envelope {
  const fields = new FieldReader(raw);
  const legible = <Value>(read: () => Value): Value | null => {
    const before = fields.errors.length;
    const value = read();
    return fields.errors.length > before ? null : value;
  };
  return {
    messageId: legible(() => fields.text('messageId', { max: 100 })),
    object: legible(() => fields.text('object', { max: 40 })),
    action: legible(() => fields.text('action', { max: 40 })),
    effectiveFrom: legible(() => fields.instant('effectiveFrom')),
  };
}

/** The message without its id, members in order, so that the same message written otherwise is still the same. */
export function canonicalMessage(raw: unknown): string {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return canonicalJson(raw);
  return canonicalJson({ ...raw, messageId: null });
}

/** An activity's id is its place: the log position of the event that received it, and its row there. */
export function activityId(position: number, ordinal: number): string {
  return `${position}-${ordinal}`;
}

export function parseActivityId(id: string): { readonly position: number; readonly ordinal: number } | undefined {
  const match = /^([1-9]\d{0,15})-(\d{1,5})$/.exec(id);
  return match === null ? undefined : { position: Number(match[1]), ordinal: Number(match[2]) };
}

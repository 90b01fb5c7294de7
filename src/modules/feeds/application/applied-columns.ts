import type { FieldError } from '../../../shared/kernel/refusal.js';
import type { FeedMessagesApplied } from '../domain/events.js';
import { idReused, type FeedLedger } from '../domain/feed-ledger.js';
import { isFeedRefusal, readFeedMessage, type FeedRefusal } from '../domain/feed-message.js';
import type { FeedSession } from '../domain/feed-target.js';

/** A message of a batch, to be applied now. */
export interface Incoming {
  readonly activity: string;
  readonly messageId: string | null;
  readonly raw: unknown;
  /** Of its content. */
  readonly hash: string;
}

type Verdict = 'COMPLETE' | 'IGNORED' | FeedRefusal;

/** Decides the messages of a batch one after the other: each sees what the ones before it led to. */
export function appliedColumns(
  incoming: readonly Incoming[],
  ledger: FeedLedger,
  session: FeedSession,
): FeedMessagesApplied['data']['columns'] {
  const status: ('COMPLETE' | 'ERROR' | 'IGNORED')[] = [];
  const code: (string | null)[] = [];
  const reason: (string | null)[] = [];
  const errors: (readonly FieldError[] | null)[] = [];
  incoming.forEach((message, ordinal) => {
    const verdict = verdictOn(message, ordinal, ledger, session);
    const refusal = typeof verdict === 'string' ? undefined : verdict;
    status.push(typeof verdict === 'string' ? verdict : 'ERROR');
    code.push(refusal?.code ?? null);
    reason.push(refusal?.reason ?? null);
    errors.push(refusal?.errors ?? null);
    if (verdict !== 'IGNORED')
      ledger.note(message.messageId, message.hash, refusal === undefined ? 'COMPLETE' : 'ERROR');
  });
  return {
    activity: incoming.map(({ activity }) => activity),
    messageId: incoming.map(({ messageId }) => messageId),
    hash: incoming.map(({ hash }) => hash),
    status,
    code,
    reason,
    errors,
  };
}

function verdictOn(incoming: Incoming, ordinal: number, ledger: FeedLedger, session: FeedSession): Verdict {
  const { messageId, hash, raw } = incoming;
  if (messageId !== null) {
    switch (ledger.seen(messageId, hash)) {
      case 'APPLIED':
        return 'IGNORED';
      case 'REUSED':
        return idReused(messageId);
      case 'NEW':
    }
  }
  const message = readFeedMessage(raw);
  if (isFeedRefusal(message)) return message;
  const result = session.apply(message, ordinal);
  return 'applied' in result ? 'COMPLETE' : result;
}

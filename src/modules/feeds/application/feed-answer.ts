import type { FeedAnswer } from './commands.js';
import type { AppliedBatch } from './feed.js';

/**
 * The answer of a command is recorded in one append, and reasons name ids of accounts that the request does not: a
 * request that fits could have an answer that does not. So much of it may be reasons.
 */
const MAX_REASONS_BYTES = 400 * 1024;
/** Characters kept of each reason when they are too much; even a thousand of three bytes each then fit. */
const SHORT_REASON = 120;

/** What the sender hears. A reason that is cut short stands whole in its activity. */
export function feedAnswerOf({ data: { head, columns } }: Pick<AppliedBatch, 'data'>): FeedAnswer {
  const bytes = columns.reason.reduce((sum, reason) => sum + (reason === null ? 0 : Buffer.byteLength(reason)), 0);
  const shown = bytes > MAX_REASONS_BYTES ? shortened : (reason: string | null) => reason;
  return {
    complete: head.complete,
    ignored: head.ignored,
    error: head.error,
    messages: columns.activity.map((activityId, index) => ({
      activityId,
      messageId: columns.messageId[index] ?? null,
      status: columns.status[index] ?? 'ERROR',
      code: columns.code[index] ?? null,
      reason: shown(columns.reason[index] ?? null),
    })),
  };
}

function shortened(reason: string | null): string | null {
  if (reason === null || reason.length <= SHORT_REASON) return reason;
  // Half of a character of two would be no text.
  return `${reason.slice(0, SHORT_REASON).replace(/[\ud800-\udbff]$/, '')}…`;
}

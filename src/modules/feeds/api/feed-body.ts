import { ProblemException } from '../../../shared/http/problem.js';
import { invalidRequest } from '../../../shared/http/validation.js';

export const MAX_MESSAGES = 1000;
/** The request is recorded in one append, which takes 1 MiB with all that stands around it. */
const MAX_BYTES = 960 * 1024;

/**
 * The messages of a request: one, or a list of them. A message that is wrong becomes an activity in ERROR; a body that
 * is no messages at all is refused here.
 */
export function messagesOf(body: unknown): readonly unknown[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (messages.length === 0 || messages.length > MAX_MESSAGES) {
    const message = `must be one message or a list of 1 to ${MAX_MESSAGES}, not of ${messages.length}`;
    throw invalidRequest([{ path: '', message }]);
  }
  const errors = messages.flatMap((message, index) =>
    typeof message === 'object' && message !== null && !Array.isArray(message)
      ? []
      : [{ path: Array.isArray(body) ? `[${index}]` : '', message: 'must be a message: a JSON object' }],
  );
  if (errors.length > 0) throw invalidRequest(errors.slice(0, 20));
  const bytes = Buffer.byteLength(JSON.stringify(messages), 'utf8');
  if (bytes <= MAX_BYTES) return messages;
  throw new ProblemException(413, {
    code: 'feeds/body-too-large',
    message: `The messages are ${bytes} bytes of JSON; at most ${MAX_BYTES} fit one request: send fewer per request`,
    facts: { bytes, maxBytes: MAX_BYTES, messages: messages.length },
  });
}

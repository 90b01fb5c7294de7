import type { ClientSession, Connection } from 'mongoose';
import { ReadModelsUnavailable } from '../../read-models.port.js';
import { isUnreachable, unavailable } from './mongodb-errors.js';

/** A write conflict or an election is over in a moment; what lasts longer is the caller's to try again. */
const LONGEST_MS = 20_000;

/**
 * Runs work in a transaction with majority write concern. It may run several times, so it must not change anything but
 * the database. The outcome of a commit that was never answered is unknown to us, and asked for by whoever comes next.
 * @throws ReadModelsUnavailable
 */
export async function inTransaction(
  connection: Connection,
  work: (session: ClientSession) => Promise<void>,
): Promise<void> {
  const session = await connection.startSession();
  const deadline = performance.now() + LONGEST_MS;
  let last: unknown;
  try {
    await session.withTransaction(
      async () => {
        if (last !== undefined && performance.now() > deadline) throw givenUp(last);
        try {
          await work(session);
        } catch (error) {
          last = error;
          throw error;
        }
      },
      { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', journal: true }, readPreference: 'primary' },
    );
  } catch (error) {
    throw isUnreachable(error) ? unavailable(error) : error;
  } finally {
    await session.endSession();
  }
}

/** The server ends transactions of more than a minute; then the reason is its own, and shown. */
function givenUp(last: unknown): ReadModelsUnavailable {
  const reason = last instanceof Error ? last.message : String(last);
  return new ReadModelsUnavailable(
    `MongoDB took no transaction within ${LONGEST_MS / 1000} s and gave as its last reason: ${reason}`,
    { cause: last },
  );
}

import { createHash } from 'node:crypto';
import type { RaterSettings } from '../../src/modules/rating/application/rater/rater.js';
import { canonicalJson } from '../../src/shared/kernel/canonical-json.js';
import { allowancePrice } from './people-calling.js';
import { DAY, linesIn, RatingWorld, START, type RatedEvent } from './rating-world.js';

export const PARTITIONS = 8;
const PEOPLE = 40;
/** Of a chunk. */
const LINES = 300;
export const BACKLOG_SETTINGS: Partial<RaterSettings> = { partitions: PARTITIONS, keepEvery: 64 };

/** Prices change, accounts come and records are reprocessed between the chunks, so that where a record is read matters. */
export async function fillBacklog(world: RatingWorld, chunks: number): Promise<void> {
  await world.catalog();
  await world.price(allowancePrice('400', '0.50'));
  for (let n = 0; n < PEOPLE; n += 1) await world.account(n);
  for (let chunk = 0; chunk < chunks; chunk += 1) await addChunk(world, chunk);
}

/** The next chunk, and what changes after it. */
export async function addChunk(world: RatingWorld, chunk: number): Promise<void> {
  const newest = PEOPLE + chunk;
  const position = await world.usage(
    Array.from({ length: LINES }, (_, index) => ({
      serviceId: `N${(chunk * 31 + index * 7) % (PEOPLE + chunk + 3)}`,
      quantities: { seconds: String((chunk * 3 + index) % 29) },
      at: START + (index % 50) * DAY,
    })),
  );
  await world.account(newest);
  if (chunk % 3 === 2) await world.price(allowancePrice('400', `0.${chunk + 10}`), chunk + 2, START + chunk * DAY);
  if (chunk % 4 !== 3) return;
  const records = Array.from({ length: LINES }, (_, ordinal) => ordinal).filter(
    (index) => (chunk * 31 + index * 7) % (PEOPLE + chunk + 3) === newest,
  );
  await world.reprocess(
    `r${chunk}`,
    records.map((ordinal) => ({ position, ordinal, line: chunk * LINES + ordinal + 1 })),
  );
}

/** Streams with their events, ids and cuts included. */
export function eventsHash(events: readonly RatedEvent[]): string {
  const plain = [...events]
    .sort((a, b) => a.stream.localeCompare(b.stream) || a.revision - b.revision)
    .map(({ stream, revision, id, data: { head, columns } }) => ({ stream, revision, id, head, columns }));
  return sha256(plain);
}

/** Streams with their rows in order, however they are cut into events; records suspended and those with money apart. */
export function rowsHash(events: readonly RatedEvent[]): string {
  const rows: Record<string, unknown[]> = {};
  for (const { stream, data } of events) {
    const { head, columns } = data;
    const money = (rows[stream] ??= []);
    columns.line.forEach((line, row) => {
      const { account, amount, quantity, impacts, before, cycle, ordinal } = columns;
      const offer = head.offers[columns.offer[row]!];
      const charge = [account, amount, quantity, impacts, before, cycle, ordinal].map((column) => column[row]);
      money.push([line, offer, ...charge]);
    });
    const suspended = (rows[`${stream}, suspended`] ??= []);
    columns['s.line'].forEach((line, row) => {
      suspended.push([line, columns['s.code'][row], columns['s.message'][row]]);
    });
  }
  return sha256(rows);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** Records answered, monetized or suspended. */
export function recordsIn(events: readonly RatedEvent[]): number {
  return events.reduce((sum, event) => sum + linesIn(event), 0);
}

/** What one rater alone makes of the same log, from its beginning to its end. */
export async function ratedAlone(chunks: number): Promise<{ readonly events: string; readonly rows: string }> {
  const world = await RatingWorld.open();
  try {
    await fillBacklog(world, chunks);
    await world.rate(BACKLOG_SETTINGS);
    const rated = await world.rated();
    expect(recordsIn(rated)).toBe(world.asked);
    return { events: eventsHash(rated), rows: rowsHash(rated) };
  } finally {
    await world.close();
  }
}

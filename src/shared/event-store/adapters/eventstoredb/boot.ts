import { readFileSync } from 'node:fs';
import type { Logger } from '../../../telemetry/logger.js';
import type { EventStoreAddress } from './address.js';
import type { LogConnection } from './connection.js';
import { failureOf, messageOf } from './failures.js';
import { NO_SYSTEM_STREAMS, readAllRequest } from './messages.js';
import { pauseBefore } from './retry.js';
import { probe, type Finding } from './server-probe.js';

/** The event store cannot be used as it is named; the message says what to do. */
export class EventStoreRefused extends Error {
  override readonly name = 'EventStoreRefused';
}

/** From this version on the server has everything the adapter uses (positions in streams, checkpoints of filters). */
const OLDEST = { year: 22, month: 10 };
const CALL_MS = 3_000;
/** A server that has just started does not know its users yet. */
const USERS_MS = 8_000;
const REMIND_MS = 5_000;

interface Waiting {
  readonly address: EventStoreAddress;
  readonly logger: Logger;
  readonly startedAt: number;
  /** In milliseconds. */
  readonly bootMs: number;
  remindedAt: number;
}

/**
 * Waits until the server answers, may be read with these credentials, and is new enough; tells the log while it waits.
 * @throws EventStoreRefused at once for what waiting cannot change, otherwise when `bootMs` are over.
 */
export async function waitForServer(
  connection: Pick<LogConnection, 'serverVersion' | 'read'>,
  address: EventStoreAddress,
  bootMs: number,
  logger: Logger,
): Promise<void> {
  const waiting: Waiting = { address, logger, bootMs, startedAt: performance.now(), remindedAt: -Infinity };
  const never = new AbortController().signal;
  for (let attempt = 1; ; attempt += 1) {
    try {
      refuseOld(await connection.serverVersion(CALL_MS), address, logger);
      await readEnd(connection);
      return;
    } catch (error) {
      if (error instanceof EventStoreRefused) throw error;
      await refuseHopeless(waiting, error);
      remind(waiting, error);
      await pauseBefore(attempt, bootMs, never);
    }
  }
}

/** Reading asks for rights that the version does not. */
async function readEnd(connection: Pick<LogConnection, 'read'>): Promise<void> {
  const request = readAllRequest({ direction: 'backward', from: 'end', count: 1, filter: NO_SYSTEM_STREAMS });
  const bounds = { silenceMs: CALL_MS, signal: new AbortController().signal };
  await connection.read(request, () => false, bounds);
}

function refuseOld(version: string | undefined, { shown }: EventStoreAddress, logger: Logger): void {
  const [, year, month] = /^(\d+)\.(\d+)\b/.exec(version ?? '') ?? [];
  const old = Number(year) < OLDEST.year || (Number(year) === OLDEST.year && Number(month) < OLDEST.month);
  if (version === undefined || old) {
    throw new EventStoreRefused(
      `The event store at ${shown} is too old (${version ?? 'older than 21.10'}): ` +
        'Retally needs EventStoreDB 22.10 or newer, or KurrentDB',
    );
  }
  if (year === undefined) logger.warn({ eventStore: shown, version }, 'The version of the event store is not known');
  else logger.info({ eventStore: shown, version }, 'The event store answers');
}

/** Throws for what waiting will not change, and when the time is up. */
async function refuseHopeless({ address, bootMs, startedAt }: Waiting, error: unknown): Promise<void> {
  const { shown } = address;
  const waited = performance.now() - startedAt;
  const over = waited >= bootMs;
  if (failureOf(error) === 'denied') {
    if (!over && waited < USERS_MS) return;
    throw new EventStoreRefused(
      `The event store at ${shown} refuses the credentials of its address, or their right to read $all ` +
        `(${messageOf(error)}): correct user:password, or give that user the role $admins or the right to read $all`,
    );
  }
  const kind = failureOf(error);
  if (kind === 'defect' && !/protocol|HTTP status|UNIMPLEMENTED/i.test(messageOf(error))) throw error;
  const findings = await Promise.all(address.hosts.map((host) => probe(host, authorityOf(address))));
  const reasons = findings.map((finding, index) => reasonOf(finding, address, index));
  const hopeless = findings.every((finding) => finding.kind === 'tls' || (finding.kind === 'no-tls' && address.tls));
  // Where the way is open and the server speaks as the address says, it may only need time.
  const waitable = reasons.some((reason) => reason === undefined) || !hopeless;
  if (waitable && !over) return;
  const seconds = Math.round(waited / 1000);
  const known = reasons.filter((reason) => reason !== undefined);
  throw new EventStoreRefused(
    known.length > 0
      ? `The event store at ${shown} cannot be used: ${known.join('; ')}`
      : `The event store at ${shown} did not get ready within ${seconds} s (${messageOf(error)}): see its own log`,
  );
}

/** What is wrong at one host and what to do; undefined when nothing is to be seen from outside. */
function reasonOf(finding: Finding, address: EventStoreAddress, index: number): string | undefined {
  const host = address.hosts[index];
  const at = `${host?.address ?? ''}:${host?.port ?? ''}`;
  switch (finding.kind) {
    case 'unknown-host':
      return `the name of ${at} is not known (${finding.detail}): correct the host`;
    case 'nothing-listens':
      return `nothing takes connections at ${at} (${finding.detail}): start the server, or correct host and port`;
    case 'no-answer':
      return `${at} does not answer: start the server, or open the way to it`;
    case 'no-tls':
      return address.tls
        ? `the server at ${at} does not speak TLS: add ?tls=false, or give it a certificate`
        : undefined;
    case 'tls':
      if (!address.tls) return `the server at ${at} speaks TLS: take tls=false out and write user:password@`;
      if (finding.certificateFault === undefined) return undefined;
      return (
        `the certificate of ${at} is refused (${finding.certificateFault}): ` +
        'name the authority that signed it with tlsCAFile, and use a host name that stands in it'
      );
  }
}

function remind(waiting: Waiting, error: unknown): void {
  const now = performance.now();
  if (now - waiting.remindedAt < REMIND_MS) return;
  waiting.remindedAt = now;
  const seconds = Math.max(0, Math.round((waiting.bootMs - (now - waiting.startedAt)) / 1000));
  const facts = { eventStore: waiting.address.shown, reason: messageOf(error), seconds };
  waiting.logger.info(facts, 'Waiting for the event store');
}

function authorityOf({ tlsCAFile }: EventStoreAddress): Buffer | undefined {
  return tlsCAFile === undefined ? undefined : readFileSync(tlsCAFile);
}

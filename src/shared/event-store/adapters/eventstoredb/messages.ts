import type { EncodedEvent } from '../../encoded-append.js';
import type { ExpectedRevision } from '../../event-store.port.js';
import type { StoredEvent } from '../../recorded-event.js';
import { shared, streams } from './protocol.js';

type ReadRequest = InstanceType<typeof streams.ReadReq>;
type ReadResponse = InstanceType<typeof streams.ReadResp>;
type AppendRequest = InstanceType<typeof streams.AppendReq>;
type ReadOptions = InstanceType<typeof streams.ReadReq.Options>;
type FilterOptions = InstanceType<typeof streams.ReadReq.Options.FilterOptions>;

/** What the server picks out of the log for a reader; it takes one of the two, by prefix or by pattern. */
export type ServerFilter =
  | { readonly on: 'stream' | 'type'; readonly prefixes: readonly string[] }
  | { readonly on: 'stream'; readonly pattern: string };

/** Everything but the server's own streams, whose names start with `$`. */
export const NO_SYSTEM_STREAMS: ServerFilter = { on: 'stream', pattern: '^[^$]' };

/** How many events the server looks at before it hands over what it found: wide, so that sparse filters skip quickly. */
const SEARCH_WINDOW = 2048;

export interface ChainedEvent extends EncodedEvent {
  /** Readable in the server's own UI: said by the content type, which changes none of the bytes. */
  readonly json: boolean;
  readonly previousHash: string;
  readonly hash: string;
}

interface ReadAllRange {
  readonly direction: 'forward' | 'backward';
  /** Inclusive forward, exclusive backward. */
  readonly from: number | 'start' | 'end';
  readonly count: number;
  readonly filter: ServerFilter;
}

export function readAllRequest(range: ReadAllRange): ReadRequest {
  const all = new streams.ReadReq.Options.AllOptions();
  if (range.from === 'start') all.setStart(new shared.Empty());
  else if (range.from === 'end') all.setEnd(new shared.Empty());
  else all.setPosition(allPosition(range.from));
  const options = readOptions(range.direction, range.count).setAll(all);
  return new streams.ReadReq().setOptions(options.setFilter(filterOptions(range.filter, SEARCH_WINDOW)));
}

interface ReadStreamRange {
  readonly stream: string;
  readonly direction: 'forward' | 'backward';
  /** Inclusive. */
  readonly from: number | 'end';
  readonly count: number;
}

export function readStreamRequest(range: ReadStreamRange): ReadRequest {
  const place = new streams.ReadReq.Options.StreamOptions().setStreamIdentifier(streamIdentifier(range.stream));
  if (range.from === 'end') place.setEnd(new shared.Empty());
  else place.setRevision(String(range.from));
  const options = readOptions(range.direction, range.count).setStream(place).setNoFilter(new shared.Empty());
  return new streams.ReadReq().setOptions(options);
}

/**
 * A live subscription that carries no event: its filter matches none, and a window of one makes the server send the
 * position of each event it passes. So a wake-up costs some bytes, however large the events are.
 */
export function watchRequest(): ReadRequest {
  const options = new streams.ReadReq.Options()
    .setAll(new streams.ReadReq.Options.AllOptions().setEnd(new shared.Empty()))
    .setSubscription(new streams.ReadReq.Options.SubscriptionOptions())
    .setUuidOption(stringUuids())
    .setFilter(filterOptions({ on: 'stream', prefixes: ['$retally-matches-none'] }, 1));
  return new streams.ReadReq().setOptions(options);
}

export function appendMessages(
  stream: string,
  expected: ExpectedRevision,
  events: readonly ChainedEvent[],
): AppendRequest[] {
  const options = new streams.AppendReq.Options().setStreamIdentifier(streamIdentifier(stream));
  if (expected === 'no-stream') options.setNoStream(new shared.Empty());
  else options.setRevision(String(expected));
  return [new streams.AppendReq().setOptions(options), ...events.map(proposed)];
}

function proposed(event: ChainedEvent): AppendRequest {
  const message = new streams.AppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(event.id))
    .setData(event.data)
    .setCustomMetadata(base64(storedMetadata(event)));
  message.getMetadataMap().set('type', event.type);
  message.getMetadataMap().set('content-type', event.json ? 'application/json' : 'application/octet-stream');
  return new streams.AppendReq().setProposedMessage(message);
}

/** The canonical metadata with the chain behind them: their bytes come back as they were hashed. */
function storedMetadata({ metadata, previousHash, hash }: ChainedEvent): string {
  return `${metadata.slice(0, -1)},"previousHash":"${previousHash}","hash":"${hash}"}`;
}

const CHAIN = /,"previousHash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/;

/**
 * The event of an answer as every adapter stores it; undefined for the answers that carry none. An event without a
 * chain was not written by Retally: its hashes are empty, so it fits no event.
 */
export function storedEvent(response: ReadResponse): StoredEvent | undefined {
  const record = response.getEvent()?.getEvent();
  if (record === undefined) return undefined;
  const stream = utf8(record.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
  const text = utf8(record.getCustomMetadata_asU8());
  const chain = CHAIN.exec(text);
  return {
    stream,
    position: safeInteger(record.getCommitPosition(), stream),
    revision: safeInteger(record.getStreamRevision(), stream),
    id: record.getId()?.getString() ?? '',
    type: record.getMetadataMap().get('type') ?? '',
    previousHash: chain?.[1] ?? '',
    hash: chain?.[2] ?? '',
    metadata: chain === null ? text : `${text.slice(0, chain.index)}}`,
    data: record.getData_asU8(),
  };
}

export function safeInteger(text: string, stream: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`The server gives ${text} as a position or revision in ${stream}, which is not a safe integer`);
}

function readOptions(direction: 'forward' | 'backward', count: number): ReadOptions {
  const { FORWARDS, BACKWARDS } = streams.ReadReq.Options.ReadDirection;
  return new streams.ReadReq.Options()
    .setReadDirection(direction === 'forward' ? FORWARDS : BACKWARDS)
    .setCount(String(count))
    .setUuidOption(stringUuids());
}

function stringUuids(): InstanceType<typeof streams.ReadReq.Options.UUIDOption> {
  return new streams.ReadReq.Options.UUIDOption().setString(new shared.Empty());
}

function allPosition(position: number): InstanceType<typeof streams.ReadReq.Options.Position> {
  return new streams.ReadReq.Options.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position));
}

function filterOptions(filter: ServerFilter, window: number): FilterOptions {
  const expression = new streams.ReadReq.Options.FilterOptions.Expression();
  if ('pattern' in filter) expression.setRegex(filter.pattern);
  else expression.setPrefixList([...filter.prefixes]);
  const options = new streams.ReadReq.Options.FilterOptions().setMax(window).setCheckpointintervalmultiplier(1);
  return filter.on === 'stream' ? options.setStreamIdentifier(expression) : options.setEventType(expression);
}

function streamIdentifier(stream: string): InstanceType<typeof shared.StreamIdentifier> {
  return new shared.StreamIdentifier().setStreamName(base64(stream));
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

import type { handleServerStreamingCall } from '@grpc/grpc-js';
import { streamNameOf } from './append-call.js';
import type { CallContext } from './call-context.js';
import { filterOf } from './event-filter.js';
import { startCall } from './faulty-start.js';
import type { LaterEffect } from './faulty-start.js';
import { streams } from './protocol.js';
import { eventResponse } from './recorded-event.js';
import { ResponseStream } from './response-stream.js';
import type { ReadCall } from './response-stream.js';
import { asRpcError, handlerFailed, notPlayed, readFailed } from './rpc-errors.js';
import { subscribeToAll } from './subscription.js';
import type { StoredEvent } from './stored-event.js';
import type { TransactionLog } from './transaction-log.js';

const { BACKWARDS } = streams.ReadReq.Options.ReadDirection;

/** Streams.Read: reads of a stream, reads of $all, and subscriptions to $all are one call with different options. */
export function readCall(context: CallContext): handleServerStreamingCall<streams.ReadReq, streams.ReadResp> {
  return (call) => {
    answer(context, call).catch((thrown: unknown) => call.emit('error', asRpcError(thrown)));
  };
}

async function answer(context: CallContext, call: ReadCall): Promise<void> {
  context.authorize(call.metadata);
  const options = call.request.getOptions();
  if (options === undefined) throw handlerFailed();
  const stream = options.getStream();
  const name = stream === undefined ? undefined : streamNameOf(stream.getStreamIdentifier());
  const kind = options.hasSubscription() ? 'subscription' : 'read';
  const fault = await startCall(context, call, { kind, ...(name === undefined ? {} : { stream: name }) });
  if (fault === 'abandoned') return;
  const responses = new ResponseStream(call);
  if (options.hasSubscription()) {
    if (stream !== undefined) throw notPlayed('subscriptions to one stream: subscribe to $all with a filter');
    await subscribeToAll({ context, call, options, responses, fault });
    return;
  }
  // The real server looks for the end of such a read for ever.
  if (name === undefined && Number(options.getCount()) === 0) return;
  const events = name === undefined ? allEvents(context.log, options) : streamEvents(context.log, name, options);
  if (events === undefined) await responses.send(notFound(options));
  else if (!(await sendEvents(context, call, { events, responses, fault }))) return;
  responses.end();
}

interface Sending {
  readonly events: Iterable<StoredEvent>;
  readonly responses: ResponseStream;
  readonly fault: LaterEffect | undefined;
}

/** False when the call is over without an end: cut or silent as told, or the client left. */
async function sendEvents(
  context: CallContext,
  call: ReadCall,
  { events, responses, fault }: Sending,
): Promise<boolean> {
  const stopAfter = fault === undefined || fault.kind === 'lose-answer' ? Infinity : (fault.afterEvents ?? 0);
  let sent = 0;
  for (const event of events) {
    if (sent === stopAfter) break;
    if (!(await responses.send(eventResponse(event)))) return false;
    sent += 1;
  }
  if (fault?.kind === 'cut') context.cutConnectionOf(call);
  return stopAfter === Infinity;
}

function notFound(options: streams.ReadReq.Options): streams.ReadResp {
  const missing = new streams.ReadResp.StreamNotFound();
  return new streams.ReadResp().setStreamNotFound(
    missing.setStreamIdentifier(options.getStream()?.getStreamIdentifier()),
  );
}

/** Undefined when there is no such stream. */
function streamEvents(
  log: TransactionLog,
  name: string,
  options: streams.ReadReq.Options,
): Iterable<StoredEvent> | undefined {
  const from = options.getStream();
  const count = Number(options.getCount());
  const backwards = options.getReadDirection() === BACKWARDS;
  if (count === 0 || (from?.hasEnd() === true && !backwards)) throw readFailed('ReadStreamResult');
  const known = log.stream(name);
  if (known === undefined) return undefined;
  const last = known.length - 1;
  const start = from?.hasRevision() === true ? Number(from.getRevision()) : from?.hasEnd() === true ? last : 0;
  return backwards
    ? take(
        downFrom(Math.min(start, last), (index) => known[index]),
        count,
      )
    : take(
        upFrom(start, (index) => known[index]),
        count,
      );
}

/** Inclusive forwards, exclusive backwards. */
function allEvents(log: TransactionLog, options: streams.ReadReq.Options): Iterable<StoredEvent> {
  const { accepts } = filterOf(options);
  const backwards = options.getReadDirection() === BACKWARDS;
  const start = startOf(log, options, backwards);
  const at = (index: number): StoredEvent | undefined => log.at(index);
  return take(backwards ? downFrom(start - 1, at) : upFrom(start, at), Number(options.getCount()), accepts);
}

/** The index of the first event at or behind the position a read starts from. */
function startOf(log: TransactionLog, options: streams.ReadReq.Options, backwards: boolean): number {
  const all = options.getAll();
  if (all?.hasEnd() === true) return log.length;
  const position = all?.getPosition();
  if (position === undefined) return 0;
  const commit = Number(position.getCommitPosition());
  if (Number(position.getPreparePosition()) > commit) throw handlerFailed();
  const readable = log.isBoundary(commit) || (!backwards && log.isBehind(commit));
  if (!readable) throw readFailed('ReadAllResult');
  return log.indexFrom(commit);
}

function* upFrom(start: number, at: (index: number) => StoredEvent | undefined): Iterable<StoredEvent> {
  for (let index = start, event = at(index); event !== undefined; event = at((index += 1))) yield event;
}

function* downFrom(start: number, at: (index: number) => StoredEvent | undefined): Iterable<StoredEvent> {
  for (let index = start, event = at(index); event !== undefined; event = at((index -= 1))) yield event;
}

function* take(
  events: Iterable<StoredEvent>,
  count: number,
  accepts: (event: StoredEvent) => boolean = () => true,
): Iterable<StoredEvent> {
  let left = count;
  for (const event of events) {
    if (!accepts(event)) continue;
    yield event;
    left -= 1;
    if (left === 0) return;
  }
}

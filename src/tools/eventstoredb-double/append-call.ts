import type { handleClientStreamingCall, ServerReadableStream } from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';
import { startCall } from './faulty-start.js';
import { shared, streams } from './protocol.js';
import { asRpcError, maxAppendSizeExceeded, requiredMetadataMissing, handlerFailed } from './rpc-errors.js';
import type { ProposedEvent } from './stored-event.js';
import type { AppendOutcome, ExpectedVersion } from './transaction-log.js';

type AppendCall = ServerReadableStream<streams.AppendReq, streams.AppendResp>;

interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedVersion;
  readonly events: readonly ProposedEvent[];
}

/** Streams.Append: options first, then one message per event; written when the client has sent its last. */
export function appendCall(context: CallContext): handleClientStreamingCall<streams.AppendReq, streams.AppendResp> {
  return (call, respond) => {
    appendOf(context, call).then(
      (response) => {
        if (response !== 'abandoned') respond(null, response);
      },
      (thrown: unknown) => respond(asRpcError(thrown)),
    );
  };
}

async function appendOf(context: CallContext, call: AppendCall): Promise<streams.AppendResp | 'abandoned'> {
  context.authorize(call.metadata);
  const request = await readRequest(call, context.maxAppendSize);
  const { stream, events, expected } = request;
  const fault = await startCall(context, call, { kind: 'append', stream, types: events.map(({ type }) => type) });
  if (fault === 'abandoned' || call.cancelled) return 'abandoned';
  const outcome = context.log.append(stream, expected, events);
  if (fault?.kind !== 'lose-answer') return responseTo(request, outcome);
  if (fault.how === 'cut') context.cutConnectionOf(call);
  return 'abandoned';
}

function readRequest(call: AppendCall, maxAppendSize: number): Promise<AppendRequest> {
  return new Promise((resolve, reject) => {
    let options: streams.AppendReq.Options | undefined;
    let size = 0;
    const events: ProposedEvent[] = [];
    const take = (message: streams.AppendReq): void => {
      if (options === undefined) {
        options = message.getOptions();
        if (options === undefined) throw handlerFailed();
        return;
      }
      const event = proposedEvent(message.getProposedMessage());
      size += event.data.length;
      if (size > maxAppendSize) throw maxAppendSizeExceeded(maxAppendSize);
      events.push(event);
    };
    call.on('data', (message: streams.AppendReq) => {
      try {
        take(message);
      } catch (thrown) {
        reject(asRpcError(thrown));
      }
    });
    call.on('error', reject);
    call.on('end', () => {
      if (options === undefined) reject(handlerFailed());
      else resolve({ stream: streamNameOf(options.getStreamIdentifier()), expected: expectedOf(options), events });
    });
  });
}

function proposedEvent(message: streams.AppendReq.ProposedMessage | undefined): ProposedEvent {
  if (message === undefined) throw handlerFailed();
  const type = message.getMetadataMap().get('type');
  if (type === undefined) throw requiredMetadataMissing('type');
  const contentType = message.getMetadataMap().get('content-type');
  if (contentType === undefined) throw requiredMetadataMissing('content-type');
  return {
    id: message.getId()?.getString().toLowerCase() ?? '',
    type,
    isJson: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function streamNameOf(identifier: shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

function expectedOf(options: streams.AppendReq.Options): ExpectedVersion {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(options.getRevision());
}

function responseTo(request: AppendRequest, outcome: AppendOutcome): streams.AppendResp {
  const response = new streams.AppendResp();
  return outcome.kind === 'success'
    ? response.setSuccess(successOf(outcome))
    : response.setWrongExpectedVersion(wrongVersionOf(request.expected, outcome.current));
}

function successOf(outcome: AppendOutcome & { kind: 'success' }): streams.AppendResp.Success {
  const success = new streams.AppendResp.Success();
  if (outcome.revision < 0) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(String(outcome.revision));
  const position = new streams.AppendResp.Position();
  const offset = String(outcome.position);
  return success.setPosition(position.setCommitPosition(offset).setPreparePosition(offset));
}

/** Not a gRPC error: the real server answers it as a result. */
function wrongVersionOf(expected: ExpectedVersion, current: number): streams.AppendResp.WrongExpectedVersion {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  switch (expected) {
    case 'any':
      return wrong.setExpectedAny(new shared.Empty());
    case 'stream_exists':
      return wrong.setExpectedStreamExists(new shared.Empty());
    case 'no_stream':
      return wrong.setExpectedNoStream(new shared.Empty());
    default:
      return wrong.setExpectedRevision(String(expected));
  }
}

import type { handleUnaryCall } from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';
import { startCall } from './faulty-start.js';
import { features } from './protocol.js';
import type { shared } from './protocol.js';
import { asRpcError } from './rpc-errors.js';

const STREAMS = 'event_store.client.streams.streams';

/** BatchAppend is named as the real server names it, though refused: who takes that path must see it. */
const METHODS: readonly (readonly [service: string, method: string])[] = [
  [STREAMS, 'append'],
  [STREAMS, 'batchappend'],
  [STREAMS, 'delete'],
  [STREAMS, 'read'],
  [STREAMS, 'tombstone'],
  ['event_store.client.gossip.gossip', 'read'],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods'],
];

export function supportedMethodsCall(
  context: CallContext,
  version: string,
): handleUnaryCall<shared.Empty, features.SupportedMethods> {
  return (call, respond) => {
    startCall(context, call, { kind: 'features' }).then(
      (fault) => {
        if (fault !== 'abandoned') respond(null, supportedMethods(version));
      },
      (thrown: unknown) => respond(asRpcError(thrown)),
    );
  };
}

function supportedMethods(version: string): features.SupportedMethods {
  const methods = METHODS.map(([service, method]) =>
    new features.SupportedMethod().setServiceName(service).setMethodName(method),
  );
  return new features.SupportedMethods().setEventStoreServerVersion(version).setMethodsList(methods);
}

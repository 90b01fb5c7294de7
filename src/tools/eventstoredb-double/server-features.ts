import type { handleUnaryCall } from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';
import { startCall } from './faulty-start.js';
import { features } from './protocol.js';
import type { shared } from './protocol.js';
import { asRpcError } from './rpc-errors.js';

interface Method {
  readonly service: string;
  readonly method: string;
  readonly features: readonly string[];
}

const streamsMethod = (method: string, ...features: string[]): Method => ({
  service: 'event_store.client.streams.streams',
  method,
  features,
});

/** As the real server names them: BatchAppend too, though refused, so that who would take that path sees it. */
const METHODS: readonly Method[] = [
  streamsMethod('append'),
  streamsMethod('batchappend', 'deadline_duration'),
  streamsMethod('delete'),
  streamsMethod('read', 'position', 'events'),
  streamsMethod('tombstone'),
  { service: 'event_store.client.gossip.gossip', method: 'read', features: [] },
  { service: 'event_store.client.server_features.serverfeatures', method: 'getsupportedmethods', features: [] },
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
  const methods = METHODS.map(({ service, method, features: list }) =>
    new features.SupportedMethod()
      .setServiceName(service)
      .setMethodName(method)
      .setFeaturesList([...list]),
  );
  return new features.SupportedMethods().setEventStoreServerVersion(version).setMethodsList(methods);
}

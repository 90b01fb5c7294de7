/**
 * The wire messages of the server, from the client's own generated definitions: one place that knows where they are.
 * They are CommonJS without static names, so they come through the default import.
 */
import featuresRpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsRpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

export const { ServerFeaturesClient } = featuresRpc;
export const { StreamsClient } = streamsRpc;
export { shared, streams };

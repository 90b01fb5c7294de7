import type { handleUnaryCall } from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';
import { startCall } from './faulty-start.js';
import { gossip, shared } from './protocol.js';
import { asRpcError } from './rpc-errors.js';

const INSTANCE_ID = '6f1a2b56-44a1-4d4f-8f0e-5f1c1f2f3a4b';

/** Gossip.Read: a cluster of this one node, which leads it. */
export function gossipCall(
  context: CallContext,
  port: () => number,
): handleUnaryCall<shared.Empty, gossip.ClusterInfo> {
  return (call, respond) => {
    startCall(context, call, { kind: 'gossip' }).then(
      (fault) => {
        if (fault !== 'abandoned') respond(null, new gossip.ClusterInfo().setMembersList([leaderAt(port())]));
      },
      (thrown: unknown) => respond(asRpcError(thrown)),
    );
  };
}

function leaderAt(port: number): gossip.MemberInfo {
  return new gossip.MemberInfo()
    .setInstanceId(new shared.UUID().setString(INSTANCE_ID))
    .setState(gossip.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port));
}

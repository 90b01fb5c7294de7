import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';
import type { CallSeen, FaultEffect } from './faults.js';
import { notLeader, RpcError } from './rpc-errors.js';

/** Effects a call has to play itself, for they happen in its middle or at its end. */
export type LaterEffect = Extract<FaultEffect, { kind: 'lose-answer' | 'cut' | 'go-silent' }>;

/**
 * Plays what a fault does at the start of a call.
 * @returns 'abandoned' when the call is over or hangs: answer nothing; otherwise what remains to be played, if anything.
 * @throws RpcError to be answered.
 */
export async function startCall(
  context: CallContext,
  call: { getPeer(): string },
  seen: Omit<CallSeen, 'number'>,
): Promise<LaterEffect | 'abandoned' | undefined> {
  const effect = context.faults.strike(seen);
  if (effect === undefined) return undefined;
  switch (effect.kind) {
    case 'delay':
      await sleep(effect.ms);
      return undefined;
    case 'not-leader':
      throw notLeader(effect.host, effect.port);
    case 'refuse':
      throw new RpcError(status[effect.status], effect.message ?? `refused as told: ${effect.status}`);
    case 'hang':
      return 'abandoned';
    case 'cut':
      if (effect.afterEvents !== undefined && seen.kind !== 'append') return effect;
      context.cutConnectionOf(call);
      return 'abandoned';
    case 'lose-answer':
    case 'go-silent':
      return effect;
    default:
      return effect satisfies never;
  }
}

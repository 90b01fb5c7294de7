import type { Decider } from '../../../shared/kernel/decider.js';
import { refuse } from '../../../shared/kernel/refusal.js';
import type { SourcePlatformEvent } from './mediation-events.js';

export type SourcePlatformState = 'ABSENT' | 'ACTIVE' | 'PAUSED';

export type SourcePlatformCommand =
  | {
      readonly kind: 'create';
      readonly sourcePlatform: string;
      readonly name: string;
      readonly description?: string;
    }
  | { readonly kind: 'pause' | 'resume'; readonly sourcePlatform: string; readonly reason: string };

/**
 *     create -> ACTIVE <-> PAUSED
 */
export const sourcePlatformDecider: Decider<SourcePlatformState, SourcePlatformCommand, SourcePlatformEvent> = {
  initialState: 'ABSENT',
  evolve: (_, event) => (event.type === 'SourcePlatformPaused.v1' ? 'PAUSED' : 'ACTIVE'),
  decide: (command, state) => {
    const { sourcePlatform } = command;
    if (command.kind === 'create') {
      if (state !== 'ABSENT') {
        return refuse('ingestion/platform-exists', `There is a source platform ${sourcePlatform} already`, {
          facts: { sourcePlatform },
        });
      }
      const { name, description } = command;
      const data = { sourcePlatform, name, ...(description === undefined ? {} : { description }) };
      return [{ type: 'SourcePlatformCreated.v1', data }];
    }
    if (state === 'ABSENT') return unknownPlatform(sourcePlatform);
    if (state === (command.kind === 'pause' ? 'PAUSED' : 'ACTIVE')) return [];
    const data = { sourcePlatform, reason: command.reason };
    return [
      command.kind === 'pause' ? { type: 'SourcePlatformPaused.v1', data } : { type: 'SourcePlatformResumed.v1', data },
    ];
  },
};

export function unknownPlatform(sourcePlatform: string) {
  return refuse(
    'ingestion/platform-not-found',
    `There is no source platform ${sourcePlatform}: create it with POST /v1/source-platforms`,
    { facts: { sourcePlatform } },
  );
}

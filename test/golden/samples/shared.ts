import type { CommandEvent } from '../../../src/shared/command-log/events.js';
import type { ReplayRequested } from '../../../src/shared/read-models/events.js';
import type { SamplesOf } from './samples-of.js';

export const sharedSamples: SamplesOf<CommandEvent | ReplayRequested> = {
  'CommandAccepted.v1': {
    commandId: 'cmd-9',
    name: 'ReprocessSuspense',
    payload: { errorCode: 'SERVICE_NOT_FOUND', reason: 'The number is assigned now' },
    payloadHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    roles: ['operator'],
    acceptedAt: Date.UTC(2026, 2, 14, 10),
  },
  'CommandCompleted.v1': { commandId: 'cmd-9', answer: { reprocessId: 'cmd-9', records: 1 }, position: 24 },
  'CommandRefused.v1': {
    commandId: 'cmd-10',
    refusal: {
      code: 'suspense/nothing-selected',
      message: 'No record in suspense fits the selection.',
      facts: { errorCode: 'SERVICE_NOT_FOUND' },
      errors: [{ path: 'errorCode', message: 'no record has it' }],
    },
  },
  'ReplayRequested.v1': { readModel: 'raw-usage', mode: 'REBUILD', reason: 'A new version' },
};

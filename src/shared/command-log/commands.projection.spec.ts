import type { RecordedEvent } from '../kernel/event.js';
import type { Change } from '../read-models/projection.js';
import type { Row } from '../read-models/read-models.port.js';
import { commandsCollection, commandsProjection } from './commands.projection.js';

function recorded(revision: number, type: string, data: object, recordedAt: string): RecordedEvent {
  const metadata = { tenant: 'main', actor: 'key:anna', correlationId: 'c1', recordedAt, previousHash: '', hash: '' };
  return { id: `e${revision}`, stream: 'command-main.k1', revision, position: 10 + revision, type, data, metadata };
}

const accepted = recorded(
  0,
  'CommandAccepted.v1',
  { commandId: 'k1', name: 'SwitchLamp', payload: { lamp: 'a' }, payloadHash: 'h', roles: ['operator'], acceptedAt: 5 },
  '1970-01-01T00:00:00.005Z',
);
const completed = recorded(
  1,
  'CommandCompleted.v1',
  { commandId: 'k1', answer: { lamp: 'a' }, position: 10 },
  '1970-01-01T00:00:00.009Z',
);
const refused = recorded(
  1,
  'CommandRefused.v1',
  { commandId: 'k1', refusal: { code: 'lamp/on', message: 'The lamp is on.' } },
  '1970-01-01T00:00:00.009Z',
);

/** One row is all this projection ever touches for one command. */
function given(...events: RecordedEvent[]): Row | undefined {
  let row: Row | undefined;
  const apply = (change: Change): void => {
    if (change.op === 'put') row = change.row;
    else if (change.op === 'update') row = change.change(row) ?? row;
    else throw new Error('commands are never deleted');
  };
  for (const event of events) for (const change of commandsProjection.project(event)) apply(change);
  return row;
}

const ACCEPTED_ROW = {
  tenant: 'main',
  commandId: 'k1',
  name: 'SwitchLamp',
  status: 'ACCEPTED',
  actor: 'key:anna',
  roles: ['operator'],
  correlationId: 'c1',
  payload: { lamp: 'a' },
  acceptedAt: 5,
  acceptedPosition: 10,
  closedAt: null,
  answer: null,
  position: null,
  refusalCode: null,
  refusal: null,
};

describe('the commands read model', () => {
  it('shows an accepted command', () => {
    expect(given(accepted)).toEqual(ACCEPTED_ROW);
    expect(Object.keys(ACCEPTED_ROW).sort()).toEqual(Object.keys(commandsCollection.fields).sort());
  });

  it('closes it with its answer', () => {
    const closed = { ...ACCEPTED_ROW, status: 'COMPLETED', answer: { lamp: 'a' }, position: 10, closedAt: 9 };
    expect(given(accepted, completed)).toEqual(closed);
    expect(given(accepted, accepted, completed, completed)).toEqual(closed);
  });

  it('closes it with its refusal', () => {
    expect(given(accepted, refused)).toEqual({
      ...ACCEPTED_ROW,
      status: 'REFUSED',
      refusalCode: 'lamp/on',
      refusal: { code: 'lamp/on', message: 'The lamp is on.' },
      closedAt: 9,
    });
  });

  it('makes nothing of an end without a beginning', () => {
    expect(given(completed)).toBeUndefined();
  });
});

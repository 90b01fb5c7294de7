import { MemorySnapshots, RatingWorld, START } from '../../../../test/support/rating-world.js';
import { proofOf } from '../../../shared/event-store/log-proof.js';
import { silentLogger } from '../../../shared/telemetry/logger.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { FeedDirectory } from '../domain/feed-directory.js';
import type { AccountEvent } from '../domain/events.js';
import { AccountSnapshots } from './account-snapshots.js';

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

describe('the snapshot of the directories', () => {
  it('knows every payment that was counted, so that a start counts none twice', async () => {
    await world.account(1);
    await world.append('account-main.A1', {
      type: 'TopUpMade.v1',
      data: { account: 'A1', subscription: 'S1', reference: 'P', resource: 'EUR', quantity: '5', effectiveFrom: START },
    });
    const directory = new FeedDirectory();
    let last: RecordedEvent | undefined;
    for await (const event of world.store.readAll({})) {
      directory.apply(event as RecordedEvent & AccountEvent);
      last = event;
    }
    const snapshots = new AccountSnapshots(world.store, new MemorySnapshots(), silentLogger);
    const tenants = new Map([
      ['main', directory],
      ['other', new FeedDirectory()],
    ]);
    await snapshots.save({ seen: proofOf(last!), facts: 4, tenants });
    const kept = await snapshots.load();
    expect(kept?.tenants.get('main')?.spokenOfBy('TOP_UP\nP')).toBe('A1');
    expect(kept?.tenants.get('main')?.revisionOf('A1')).toBe(3);
    expect(kept?.tenants.get('other')?.spokenOfBy('TOP_UP\nP')).toBeUndefined();
  });
});

import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { ServiceIdAssigned } from '../../accounts/index.js';
import { serviceIdOwners } from './collections.js';

export const SERVICE_ID_OWNERS_PROJECTION = 'service-id-owners';

/** Every account a service id was ever assigned to: usage may come late, so an ended assignment stays. */
export const serviceIdOwnersProjection: Projection = {
  name: SERVICE_ID_OWNERS_PROJECTION,
  version: 1,
  collections: [serviceIdOwners],
  handles: ['ServiceIdAssigned.v1'],
  project: (event) => rowOf(event as RecordedEvent & ServiceIdAssigned),
};

function* rowOf(event: RecordedEvent & ServiceIdAssigned): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const { serviceId, account } = event.data;
  yield put(serviceIdOwners, { tenant, serviceId, account });
}

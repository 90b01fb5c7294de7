import { accessEvents } from './modules/access/index.js';
import { accountsEvents } from './modules/accounts/index.js';
import { billingSyncEvents } from './modules/billing-sync/index.js';
import { catalogEvents } from './modules/catalog/index.js';
import { feedsEvents } from './modules/feeds/index.js';
import { ingestionEvents } from './modules/ingestion/index.js';
import { ratingEvents } from './modules/rating/index.js';
import { schedulingEvents } from './modules/scheduling/index.js';
import { suspenseEvents } from './modules/suspense/index.js';
import { commandLogEvents } from './shared/command-log/events.js';
import type { EventDefinition } from './shared/kernel/event-definition.js';
import { readModelEvents } from './shared/read-models/events.js';

/** Every event type the log may hold, from the lists of those who write them. */
export const eventCatalogue: readonly EventDefinition[] = [
  ...accessEvents,
  ...accountsEvents,
  ...billingSyncEvents,
  ...catalogEvents,
  ...commandLogEvents,
  ...feedsEvents,
  ...ingestionEvents,
  ...ratingEvents,
  ...readModelEvents,
  ...schedulingEvents,
  ...suspenseEvents,
];

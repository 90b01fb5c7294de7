import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import { Projections } from './projections.js';
import { READ_MODELS, type ProjectionStatus, type ReadModels } from './read-models.port.js';
import { replayRows, type ReplayRow } from './replays.projection.js';

/** How a read model stands, beside the end of the log and the latest request to replay it. */
export interface ReplayView {
  readonly status: ProjectionStatus;
  readonly head: number;
  readonly request: ReplayRow | undefined;
}

/** Reads for `GET /v1/replays`. */
@Injectable()
export class ReplayService {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Projections) private readonly projections: Projections,
  ) {}

  /** Every read model of this program, by name. */
  async list(tenant: string): Promise<readonly ReplayView[]> {
    const head = await this.store.head();
    const stored = new Map((await this.readModels.status()).map((status) => [status.projection, status]));
    const views = this.projections.all().map(async ({ name, version }) => {
      const request = await this.readModels.get(replayRows, { tenant, readModel: name });
      return { status: stored.get(name) ?? notYetStarted(name, version), head, request };
    });
    return (await Promise.all(views)).sort((a, b) => (a.status.projection < b.status.projection ? -1 : 1));
  }

  async find(tenant: string, readModel: string): Promise<ReplayView | undefined> {
    return (await this.list(tenant)).find(({ status }) => status.projection === readModel);
  }
}

/** Before the role `project` has come to it for the first time. */
function notYetStarted(projection: string, version: number): ProjectionStatus {
  return { projection, version, position: 0, behind: 0, state: 'RUNNING', updatedAt: 0 };
}

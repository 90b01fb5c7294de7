import { collectDefaultMetrics } from 'prom-client';
import type { EventStore } from '../event-store/event-store.port.js';
import type { ReadModels } from '../read-models/read-models.port.js';
import type { LocalRoles } from '../runtime/local-roles.js';
import type { OtherThreads } from '../runtime/other-threads.js';
import type { Metrics } from './metrics.js';

export interface Measured {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly local: LocalRoles;
  readonly others: OtherThreads;
}

/** What the platform itself can be asked for; on the thread that answers `/metrics` alone, so nothing counts twice. */
export function registerPlatformMetrics(metrics: Metrics, { store, readModels, local, others }: Measured): void {
  collectDefaultMetrics({ register: metrics.registry });
  metrics.register({
    name: 'retally_log_head',
    help: 'Position of the last event of the log.',
    labels: [],
    collect: async () => [{ labels: {}, value: await store.head() }],
  });
  metrics.register({
    name: 'retally_projection_behind_events',
    help: 'Log positions a projection is behind the end of the log.',
    labels: ['projection'],
    collect: async () =>
      (await readModels.status()).map(({ projection, behind }) => ({ labels: { projection }, value: behind })),
  });
  metrics.register({
    name: 'retally_projection_stopped',
    help: '1 while a projection has stopped by an error.',
    labels: ['projection'],
    collect: async () =>
      (await readModels.status()).map(({ projection, state }) => ({
        labels: { projection },
        value: state === 'STOPPED' ? 1 : 0,
      })),
  });
  metrics.register({
    name: 'retally_role_task_restarts',
    help: 'How often a role task was started again since its thread began.',
    labels: ['task', 'role'],
    collect: () => {
      const tasks = [...local.status(), ...others.status().flatMap((thread) => thread.tasks)];
      return Promise.resolve(
        tasks.map(({ name, role, restarts }) => ({ labels: { task: name, role }, value: restarts })),
      );
    },
  });
  metrics.register({
    name: 'retally_lease_held',
    help: '1 for each piece of the shared work that this instance holds.',
    labels: ['lease'],
    collect: () => {
      const held = [local.claims(), ...others.status().map((thread) => thread.claims)].flatMap((claims) => claims.held);
      return Promise.resolve(held.map((lease) => ({ labels: { lease }, value: 1 })));
    },
  });
  metrics.register({
    name: 'retally_members',
    help: 'Threads, of all instances, that share the work, as this instance sees them.',
    labels: [],
    collect: () => {
      const seen = [local.claims(), ...others.status().map((thread) => thread.claims)].map(({ members }) => members);
      return Promise.resolve([{ labels: {}, value: Math.max(...seen) }]);
    },
  });
  metrics.register({
    name: 'retally_role_thread_up',
    help: '1 while the thread of these roles lives.',
    labels: ['roles'],
    collect: () =>
      Promise.resolve(
        others.status().map(({ roles, alive }) => ({ labels: { roles: roles.join('+') }, value: alive ? 1 : 0 })),
      ),
  });
}

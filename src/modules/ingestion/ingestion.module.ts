import { join } from 'node:path';
import { Inject, Module } from '@nestjs/common';
import { COMMAND_GATEWAY, type CommandGateway } from '../../shared/command-log/command-gateway.port.js';
import { CONFIG, type Config } from '../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { SNAPSHOT_STORE, type SnapshotStore } from '../../shared/event-store/snapshot-store.port.js';
import { EVIDENCE_STORE, type EvidenceStore } from '../../shared/evidence/evidence-store.port.js';
import type { Clock } from '../../shared/kernel/clock.js';
import { CLAIMS, type Claims } from '../../shared/leases/claims.port.js';
import { Projections } from '../../shared/read-models/projections.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { CLOCK, LOGGER } from '../../shared/runtime/tokens.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { FolderIdentityIndexes } from './adapters/identity-index/folder-identity-indexes.js';
import { FolderTree } from './adapters/watched-folders/folder-tree.js';
import { WatchFoldersTask } from './adapters/watched-folders/watch-folders.task.js';
import { MappingsController } from './api/mappings.controller.js';
import { RawUsageController } from './api/raw-usage.controller.js';
import { SourcePlatformsController } from './api/source-platforms.controller.js';
import { UsageFilesController } from './api/usage-files.controller.js';
import { IngestTask } from './application/mediating/ingest.task.js';
import { MediationConfiguration } from './application/mediation-configuration.js';
import {
  AddMappingHandler,
  CreateSourcePlatformHandler,
  PauseSourcePlatformHandler,
  ResumeSourcePlatformHandler,
} from './application/mediation.handlers.js';
import { RawUsageQueries } from './application/raw-usage.queries.js';
import { ReceiveUsageFileHandler } from './application/receive-usage-file.handler.js';
import { UsageFilesQueries } from './application/usage-files.queries.js';
import { WATCHED_FOLDERS } from './application/watched-folders.port.js';
import { rawUsageProjection } from './projections/raw-usage.projection.js';
import { usageFilesProjection } from './projections/usage-files.projection.js';

@Module({
  controllers: [SourcePlatformsController, MappingsController, UsageFilesController, RawUsageController],
  providers: [
    { provide: FolderTree, inject: [CONFIG], useFactory: (config: Config) => new FolderTree(config.homeDir) },
    { provide: WATCHED_FOLDERS, useExisting: FolderTree },
    {
      provide: MediationConfiguration,
      inject: [EVENT_STORE],
      useFactory: (store: EventStore) => new MediationConfiguration(store),
    },
    {
      provide: IngestTask,
      inject: [EVENT_STORE, EVIDENCE_STORE, SNAPSHOT_STORE, CLAIMS, MediationConfiguration, CONFIG, CLOCK, LOGGER],
      useFactory: ingestTask,
    },
    {
      provide: WatchFoldersTask,
      inject: [FolderTree, EVENT_STORE, EVIDENCE_STORE, COMMAND_GATEWAY, MediationConfiguration, LOGGER],
      useFactory: (
        tree: FolderTree,
        store: EventStore,
        evidence: EvidenceStore,
        gateway: CommandGateway,
        configuration: MediationConfiguration,
        logger: Logger,
      ) => new WatchFoldersTask({ tree, store, evidence, gateway, configuration, logger }),
    },
    UsageFilesQueries,
    RawUsageQueries,
    CreateSourcePlatformHandler,
    PauseSourcePlatformHandler,
    ResumeSourcePlatformHandler,
    AddMappingHandler,
    ReceiveUsageFileHandler,
  ],
})
export class IngestionModule {
  constructor(
    @Inject(Projections) projections: Projections,
    @Inject(RoleTasks) tasks: RoleTasks,
    @Inject(IngestTask) ingest: IngestTask,
    @Inject(WatchFoldersTask) watch: WatchFoldersTask,
  ) {
    projections.register(usageFilesProjection, rawUsageProjection);
    tasks.register(ingest);
    tasks.register(watch);
  }
}

function ingestTask(
  store: EventStore,
  evidence: EvidenceStore,
  snapshots: SnapshotStore,
  claims: Claims,
  configuration: MediationConfiguration,
  config: Config,
  clock: Clock,
  logger: Logger,
): IngestTask {
  const indexes = new FolderIdentityIndexes(join(config.sharedDir, 'identities'));
  const limits = { chunkRecords: config.chunkRecords, maxRecordBytes: config.limits.maxRecordBytes };
  return new IngestTask({ store, evidence, indexes, claims, clock, limits }, configuration, snapshots, logger);
}

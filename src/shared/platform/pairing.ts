import type { Config } from '../config/config.js';
import type { Logger } from '../telemetry/logger.js';

/**
 * Whoever names one server has begun to move to several instances, which need both and a shared folder; any other
 * pairing works, for one instance. To be said at boot, for a second instance would do the work of the first again.
 */
export function warnOfHalfwayPairing(config: Config, logger: Logger): void {
  const { eventStore, readModels } = config;
  if (eventStore.kind === readModels.kind) {
    if (eventStore.kind === 'server' && config.sharedDir === config.dataDir) {
      logger.warn(
        { dataDir: config.dataDir },
        'RETALLY_SHARED_DIR is not set: a second instance would not find the evidence, snapshots and identities of this one',
      );
    }
    return;
  }
  const missing = eventStore.kind === 'embedded' ? 'RETALLY_EVENT_STORE' : 'RETALLY_READ_MODELS';
  logger.warn(
    { eventStore: eventStore.kind, readModels: readModels.kind },
    `These stores are for one instance alone: for several, ${missing} must name a server too`,
  );
}

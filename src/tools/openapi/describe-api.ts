import { createHttpApplication } from '../../application.js';
import { eventCatalogue } from '../../event-catalogue.js';
import { readConfig } from '../../shared/config/read-config.js';
import { openApiDocument } from '../../shared/http/openapi.js';
import { systemClock } from '../../shared/kernel/clock.js';
import type { PlatformOptions } from '../../shared/platform/platform-options.js';
import { noOtherThreads } from '../../shared/runtime/other-threads.js';
import { silentLogger } from '../../shared/telemetry/logger.js';

/** The OpenAPI document of the real application, booted on an empty folder and not listening; the same every time. */
export async function describeApi(dataDir: string): Promise<string> {
  const config = readConfig({ RETALLY_DATA_DIR: dataDir, RETALLY_WORKERS: 'inline', RETALLY_ROLES: 'api' });
  const options: PlatformOptions = {
    config,
    definitions: eventCatalogue,
    roles: config.roles,
    clock: systemClock,
    logger: silentLogger,
    otherThreads: noOtherThreads,
  };
  const app = await createHttpApplication(options, { swaggerUi: false });
  try {
    return `${JSON.stringify(openApiDocument(app), undefined, 2)}\n`;
  } finally {
    await app.close();
  }
}

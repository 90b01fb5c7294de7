import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { HttpActivity } from './shared/http/http-activity.js';
import { httpAdapter, setUpHttp } from './shared/http/http-server.js';
import { openApiDocument, serveDocumentation } from './shared/http/openapi.js';
import type { PlatformOptions } from './shared/platform/platform-options.js';
import { LocalRoles } from './shared/runtime/local-roles.js';
import { Metrics } from './shared/telemetry/metrics.js';
import { NestLogger } from './shared/telemetry/nest-logger.js';

export interface HttpOptions {
  /** Default true. */
  readonly swaggerUi?: boolean;
}

/** The application with its HTTP side, initialised but not listening, its role tasks not started. */
export async function createHttpApplication(
  options: PlatformOptions,
  { swaggerUi = true }: HttpOptions = {},
): Promise<NestFastifyApplication> {
  const { config, logger } = options;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(options), httpAdapter(config), {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  await setUpHttp(app, {
    config,
    logger,
    metrics: app.get(Metrics),
    roles: app.get(LocalRoles),
    activity: app.get(HttpActivity),
  });
  serveDocumentation(app, openApiDocument(app), swaggerUi);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import type { PlatformOptions } from './shared/platform/platform-options.js';
import { NestLogger } from './shared/telemetry/nest-logger.js';

/**
 * The application without HTTP: in a role's thread, and for tools. A file of its own, so that no thread loads a web
 * server it does not run: there are four of them, and loading is what a start costs.
 */
export async function createRoleApplication(options: PlatformOptions): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(AppModule.forRoot(options), {
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
}

import multipart from '@fastify/multipart';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import type { Logger } from '../telemetry/logger.js';
import { forbiddenNames } from './guarded-body.js';
import { ProblemFilter } from './problem.filter.js';
import { correlationIdOf, runInRequest, traceparentOf } from './request-context.js';
import { RouteTable } from './route-table.js';
import { invalidRequest, requestValidation } from './validation.js';

/** The Fastify server under Nest: limits, request ids. */
export function httpAdapter(config: Config): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: config.limits.maxBodyBytes,
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      correlationIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    routerOptions: { maxParamLength: 500 },
    // Slow senders of headers are cut off; uploads may take long, so a whole request has no limit.
    connectionTimeout: 0,
    requestTimeout: 0,
  });
}

/**
 * Everything between the socket and the controllers, in this order: request id and trace context, refusal of
 * forbidden names in bodies, validation; and on the way out every error as a problem.
 */
export async function setUpHttp(app: NestFastifyApplication, config: Config, logger: Logger): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const routes = new RouteTable();
  fastify.addHook('onRoute', (route) => routes.add(route.method, route.url));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  // After the body was parsed: parsing continues in the socket's context, so a store entered earlier would be lost.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const errors = forbiddenNames(request.body);
    if (errors.length > 0) {
      done(invalidRequest(errors));
      return;
    }
    const traceparent = traceparentOf(request.headers.traceparent);
    const context = { correlationId: request.id, ...(traceparent === undefined ? {} : { traceparent }) };
    runInRequest(context, done);
  });
  await app.register(multipart, {
    limits: { fileSize: config.limits.maxBytes, files: 1, fields: 20, fieldSize: 4096, headerPairs: 100 },
  });
  app.useGlobalPipes(requestValidation());
  app.useGlobalFilters(new ProblemFilter(logger, routes));
}

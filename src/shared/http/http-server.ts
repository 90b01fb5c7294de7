import multipart from '@fastify/multipart';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import type { LocalRoles } from '../runtime/local-roles.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { forbiddenParts } from './guarded-body.js';
import type { HttpActivity } from './http-activity.js';
import { ProblemException } from './problem.js';
import { answerFrameworkError, ProblemFilter } from './problem.filter.js';
import { correlationIdOf, runInRequest, traceparentOf } from './request-context.js';
import { RouteTable } from './route-table.js';
import { invalidRequest, requestValidation } from './validation.js';

export interface HttpSurroundings {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly roles: LocalRoles;
  readonly activity: HttpActivity;
}

/** The Fastify server under Nest: limits and request ids. */
export function httpAdapter(config: Config): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: config.limits.maxBodyBytes,
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      correlationIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: answerFrameworkError,
    routerOptions: { maxParamLength: 500 },
  });
}

/**
 * Everything between the socket and the controllers, in this order: request id, refusal of new work while stopping and
 * of forbidden names in bodies, validation; and on the way out every error as a problem, every answer measured.
 */
export async function setUpHttp(app: NestFastifyApplication, around: HttpSurroundings): Promise<void> {
  const { config, logger } = around;
  const fastify = app.getHttpAdapter().getInstance();
  const routes = new RouteTable();
  fastify.addHook('onRoute', (route) => routes.add(route.method, route.url));
  // JSON and multipart are what the API takes; anything else is a 415, not a body of text.
  fastify.removeContentTypeParser('text/plain');
  measureRequests(fastify, around);
  guardRequests(fastify, around.roles);
  await app.register(multipart, {
    limits: { fileSize: config.limits.maxBytes, files: 1, fields: 20, fieldSize: 4096, headerPairs: 100 },
  });
  app.useGlobalPipes(requestValidation());
  app.useGlobalFilters(new ProblemFilter(logger, routes));
}

function measureRequests(fastify: FastifyInstance, { activity, logger, metrics }: HttpSurroundings): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    activity.began();
    reply.raw.once('close', () => activity.ended());
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    // The template, never the path: ids of tenants are no labels.
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method, route, status: String(reply.statusCode) };
    metrics.count('retally_http_requests_total', 'Requests answered.', labels);
    const help = 'Time from the request to the end of its answer.';
    metrics.observeSeconds('retally_http_request_seconds', help, { method, route }, reply.elapsedTime / 1000);
    const facts = { correlationId: request.id, method, path: pathOf(request), status: reply.statusCode };
    logger.debug({ ...facts, ms: Math.round(reply.elapsedTime) }, 'Request answered');
    done();
  });
}

function guardRequests(fastify: FastifyInstance, roles: LocalRoles): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!roles.draining || request.method === 'GET' || request.method === 'HEAD') {
      done();
      return;
    }
    reply.header('connection', 'close').header('retry-after', '5');
    done(
      new ProblemException(503, { code: 'server/stopping', message: 'The server is stopping: ask again in a moment' }),
    );
  });
  // After the body was parsed: parsing goes on in the socket's context, so a store entered earlier would be lost.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const errors = forbiddenParts(request.body);
    if (errors.length > 0) {
      done(invalidRequest(errors));
      return;
    }
    const traceparent = traceparentOf(request.headers.traceparent);
    const context = { correlationId: request.id, ...(traceparent === undefined ? {} : { traceparent }) };
    runInRequest(context, done);
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

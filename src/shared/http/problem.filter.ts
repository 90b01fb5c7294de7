import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LogUnavailable, WrongExpectedRevision } from '../event-store/event-store.port.js';
import type { Refusal } from '../kernel/refusal.js';
import { InvalidQuery, ReadModelsUnavailable } from '../read-models/read-models.port.js';
import type { Logger } from '../telemetry/logger.js';
import { HTTP_CODES, ProblemException, problemType, type Problem } from './problem.js';
import type { RouteTable } from './route-table.js';

/** A caller may try again after this many seconds. */
const RETRY_SECONDS = 2;

interface Answer {
  readonly status: number;
  readonly refusal: Refusal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every error leaves as an RFC 9457 problem. A defect is logged whole and answered with its correlation id alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const answer = this.answer(error, request);
    if (answer.status >= 500) this.note(error, request, answer.status);
    if (reply.sent || reply.raw.headersSent) {
      // The answer is under way already (a stream): all that can be said is that it ends here.
      reply.raw.destroy();
      return;
    }
    void reply
      .status(answer.status)
      .headers({ ...answer.headers, 'content-type': 'application/problem+json; charset=utf-8' })
      .send(JSON.stringify(problemBody(answer, request.id)));
  }

  private note(error: unknown, request: FastifyRequest, status: number): void {
    const facts = { err: error, status, correlationId: request.id, method: request.method, path: pathOf(request) };
    this.logger.error(facts, 'A request failed');
  }

  private answer(error: unknown, request: FastifyRequest): Answer {
    if (error instanceof ProblemException) return ofProblem(error);
    if (error instanceof InvalidQuery) return invalidQuery(error);
    if (error instanceof LogUnavailable) return unavailable();
    if (error instanceof ReadModelsUnavailable) return readModelsUnavailable();
    if (error instanceof WrongExpectedRevision) return contended();
    const status = statusOf(error);
    if (status === 404 && request.is404) return this.unknownRoute(request);
    if (status === undefined || status === 500) return defect();
    return { status, refusal: { code: HTTP_CODES[status] ?? `http/${status}`, message: messageOf(error, status) } };
  }

  private unknownRoute(request: FastifyRequest): Answer {
    const path = pathOf(request);
    const methods = this.routes.methodsOf(path);
    if (methods.length === 0) {
      const message = `There is nothing at ${path}: the paths are listed at /docs`;
      return { status: 404, refusal: { code: 'request/not-found', message } };
    }
    const message = `${path} answers ${methods.join(', ')}, not ${request.method}`;
    return {
      status: 405,
      refusal: { code: 'request/method-not-allowed', message },
      headers: { allow: methods.join(', ') },
    };
  }
}

function ofProblem(error: ProblemException): Answer {
  const answer = { status: error.getStatus(), refusal: error.refusal };
  return answer.status === 401 ? { ...answer, headers: { 'www-authenticate': 'Bearer' } } : answer;
}

function invalidQuery(error: InvalidQuery): Answer {
  const message = 'The query cannot be answered: see errors';
  return {
    status: 422,
    refusal: { code: 'request/invalid', message, errors: [{ path: error.path, message: error.message }] },
  };
}

function unavailable(): Answer {
  const message =
    'The log cannot be written or read now, so nothing is known to have happened: ask again with the same Idempotency-Key';
  return {
    status: 503,
    refusal: { code: 'log/unavailable', message },
    headers: { 'retry-after': String(RETRY_SECONDS) },
  };
}

function readModelsUnavailable(): Answer {
  const message = 'The read models do not answer now, so nothing can be shown: ask again in a moment';
  return {
    status: 503,
    refusal: { code: 'read-model/unavailable', message },
    headers: { 'retry-after': String(RETRY_SECONDS) },
  };
}

function contended(): Answer {
  const message = 'Others changed the same thing at the same moment, several times in a row: ask again';
  return { status: 409, refusal: { code: 'log/contended', message } };
}

function defect(): Answer {
  const message = 'This should not have happened and has been logged: name the id in "instance" when you report it';
  return { status: 500, refusal: { code: 'server/defect', message } };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Messages of the HTTP layer below 500 are about the request and may be shown; above they may say too much. */
function messageOf(error: unknown, status: number): string {
  if (status === 413) return 'The body is larger than the server takes: split it, or raise the limit in the settings';
  if (status >= 500) return STATUS_CODES[status] ?? 'Server error';
  return error instanceof Error && error.message !== '' ? error.message : (STATUS_CODES[status] ?? 'Request refused');
}

/** What the router refuses before there is a route (an address that cannot be decoded) never reaches the filter. */
export function answerFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error) ?? 400;
  const refusal = { code: HTTP_CODES[status] ?? `http/${status}`, message: messageOf(error, status) };
  void reply
    .status(status)
    .headers({ 'content-type': 'application/problem+json; charset=utf-8' })
    .send(JSON.stringify(problemBody({ status, refusal }, request.id)));
}

function problemBody({ status, refusal }: Answer, correlationId: string): Problem {
  return {
    type: problemType(refusal.code),
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: refusal.message,
    instance: `urn:retally:request:${correlationId}`,
    code: refusal.code,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
    ...(refusal.facts === undefined ? {} : { facts: refusal.facts }),
  };
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

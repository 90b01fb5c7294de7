import { Body, Controller, Get, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { IsInt, IsNotEmpty, IsString, ValidateNested } from 'class-validator';
import request from 'supertest';
import { readConfig } from '../config/read-config.js';
import { LogUnavailable } from '../event-store/event-store.port.js';
import { InvalidQuery, ReadModelsUnavailable } from '../read-models/read-models.port.js';
import { LocalRoles } from '../runtime/local-roles.js';
import { RoleTasks } from '../runtime/role-task.js';
import { silentLogger } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { HttpActivity } from './http-activity.js';
import { httpAdapter, setUpHttp } from './http-server.js';
import { ListQuery } from './list-query.dto.js';
import { notFound } from './problem.js';
import { currentRequest } from './request-context.js';

class Step {
  @IsInt()
  upTo!: number;
}
class Order {
  @IsString()
  @IsNotEmpty()
  name!: string;

  @ValidateNested({ each: true })
  @Type(() => Step)
  steps!: Step[];
}

@Controller('v1/things')
class ThingsController {
  constructor(@Inject(LocalRoles) private readonly roles: LocalRoles) {}

  @Get()
  list(@Query() query: ListQuery) {
    if (query.after === 'bad') throw new InvalidQuery('after', 'belongs to another query');
    return { limit: query.limit, roles: this.roles.roles };
  }

  @Get(':id')
  one(@Param('id') id: string) {
    if (id === 'gone') throw notFound('thing/not-found', 'There is no thing gone');
    if (id === 'unavailable') throw new LogUnavailable('disk full at /secret/path');
    if (id === 'unseen') throw new ReadModelsUnavailable('connection to 10.0.0.7 lost');
    if (id === 'defect') throw new Error('password=hunter2');
    return currentRequest();
  }

  @Post()
  make(@Body() body: Order) {
    return body;
  }
}

interface Body {
  readonly instance: string;
  readonly correlationId: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}
const bodyOf = (response: request.Response) => response.body as Body;

describe('HTTP edges', () => {
  let app: NestFastifyApplication;
  const logged: object[] = [];
  const roles = new LocalRoles(['api'], new RoleTasks(), {
    logger: silentLogger,
    claims: { status: () => ({ held: [], members: 0 }) },
    runsAs: (task) => task,
  });
  const metrics = new Metrics(true);

  @Module({ controllers: [ThingsController], providers: [{ provide: LocalRoles, useValue: roles }] })
  class Things {}

  beforeAll(async () => {
    const config = readConfig({ RETALLY_MAX_BODY_BYTES: '2048' });
    app = await NestFactory.create<NestFastifyApplication>(Things, httpAdapter(config), {
      logger: false,
      bodyParser: false,
    });
    const logger = { ...silentLogger, error: (facts: object) => void logged.push(facts) };
    await setUpHttp(app, { config, logger, metrics, roles, activity: new HttpActivity() });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const http = () => request(app.getHttpServer());
  const problem = (status: number, code: string) => (response: request.Response) => {
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.status).toBe(status);
    expect(response.body).toMatchObject({ status, code, type: `https://retally.dev/problems/${code}` });
    expect(response.body).toHaveProperty('instance', `urn:retally:request:${response.headers['x-request-id']}`);
  };

  it('tells every wrong field at once, by its path', async () => {
    const body = { name: '', steps: [{ upTo: 1 }, { upTo: 'x', extra: 1 }], surprise: true };
    const response = await http().post('/v1/things').send(body).expect(problem(422, 'request/invalid'));
    expect(bodyOf(response).errors).toEqual(
      expect.arrayContaining([
        { path: 'surprise', message: 'is not a field of this request' },
        { path: 'name', message: 'should not be empty' },
        { path: 'steps[1].extra', message: 'is not a field of this request' },
        { path: 'steps[1].upTo', message: 'must be an integer number' },
      ]),
    );
    expect(bodyOf(response).errors).toHaveLength(4);
  });

  it('refuses unknown and wrong filters of a list', async () => {
    const response = await http().get('/v1/things?limit=0&colour=red').expect(problem(422, 'request/invalid'));
    expect(
      bodyOf(response)
        .errors.map((error) => error.path)
        .sort(),
    ).toEqual(['colour', 'limit']);
  });

  it.each([
    ['GET', '/v1/nothing', 404, 'request/not-found'],
    ['GET', '/v1/things/gone', 404, 'thing/not-found'],
    ['DELETE', '/v1/things/1', 405, 'request/method-not-allowed'],
    ['GET', '/v1/things?after=bad', 422, 'request/invalid'],
    ['GET', '/v1/things/unavailable', 503, 'log/unavailable'],
    ['GET', '/v1/things/unseen', 503, 'read-model/unavailable'],
    ['GET', '/v1/things/defect', 500, 'server/defect'],
  ])('%s %s -> %i %s', async (method, path, status, code) => {
    await (method === 'GET' ? http().get(path) : http().delete(path)).expect(problem(status, code));
  });

  it('names the methods a path has', async () => {
    await http().delete('/v1/things/1').expect('allow', 'GET, HEAD');
  });

  it('never says what a defect said, and logs it under the same id', async () => {
    const response = await http().get('/v1/things/defect').set('x-request-id', 'my-id-1');
    expect(response.text).not.toContain('hunter2');
    expect(bodyOf(response).instance).toBe('urn:retally:request:my-id-1');
    expect(logged.at(-1)).toMatchObject({ correlationId: 'my-id-1', path: '/v1/things/defect' });
    expect((await http().get('/v1/things/unavailable')).text).not.toContain('/secret/path');
    expect((await http().get('/v1/things/unseen')).text).not.toContain('10.0.0.7');
  });

  it.each([
    ['malformed JSON', 'application/json', '{"name":', 400, 'request/malformed'],
    ['a body too large', 'application/json', JSON.stringify({ name: 'x'.repeat(3000) }), 413, 'request/too-large'],
    ['another media type', 'text/plain', 'name', 415, 'request/unsupported-media-type'],
    ['a form', 'application/x-www-form-urlencoded', 'name=x', 415, 'request/unsupported-media-type'],
    ['a prototype', 'application/json', '{"name":"x","__proto__":{"admin":true}}', 400, 'request/malformed'],
    ['an operator', 'application/json', '{"name":{"$gt":""},"steps":[]}', 422, 'request/invalid'],
    ['absurd nesting', 'application/json', `{"name":${'['.repeat(60)}${']'.repeat(60)}}`, 422, 'request/invalid'],
  ])('refuses %s', async (_, type, body, status, code) => {
    await http().post('/v1/things').set('content-type', type).send(body).expect(problem(status, code));
  });

  it('gives a request an id and passes a trace on; a strange id is not taken', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const taken = await http().get('/v1/things/1').set({ 'x-request-id': 'abc:1', traceparent });
    expect(taken.body).toEqual({ correlationId: 'abc:1', traceparent });
    const refused = await http().get('/v1/things/1').set('x-request-id', 'a b\u00e9');
    expect(bodyOf(refused).correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused.headers['x-request-id']).toBe(bodyOf(refused).correlationId);
  });

  it('measures by route template', async () => {
    await http().get('/v1/things/measured');
    const text = await metrics.registry.metrics();
    expect(text).toContain('retally_http_requests_total{method="GET",route="/v1/things/:id",status="200"}');
    expect(text).not.toContain('measured');
  });

  it('takes no new work while it stops, but still answers reads', async () => {
    roles.draining = true;
    await http().post('/v1/things').send({ name: 'x', steps: [] }).expect(problem(503, 'server/stopping'));
    await http().get('/v1/things').expect(200);
    roles.draining = false;
  });
});

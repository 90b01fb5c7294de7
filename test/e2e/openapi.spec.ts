import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Reflector } from '@nestjs/core';
import request from 'supertest';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { ALLOWED_ROLES, PUBLIC_ROUTE } from '../../src/shared/http/access.decorators.js';
import { describeApi } from '../../src/tools/openapi/describe-api.js';
import { OPENAPI_TAGS } from '../../src/shared/http/openapi-tags.js';
import { startTestApp } from '../support/app.js';
import {
  exampleOf,
  resolveSchema,
  type ApiDocument,
  type Media,
  type Operation,
  type Parameter,
  type Schema,
} from '../support/documented-api.js';

describe('the OpenAPI document', () => {
  let document: ApiDocument;
  let operations: [name: string, operation: Operation][];

  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'retally-openapi-'));
    try {
      const text = await describeApi(dir);
      document = JSON.parse(text) as ApiDocument;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
    );
  });

  /** The names of the operations that fail the check, so that one run shows all. */
  const failing = (holds: (operation: Operation, name: string) => boolean) =>
    operations.filter(([name, operation]) => !holds(operation, name)).map(([name]) => name);

  it('says of every operation what it is for', () => {
    expect(operations.length).toBeGreaterThan(5);
    expect(failing((o) => (o.summary ?? '') !== '' && (o.description ?? '') !== '' && o.tags?.length === 1)).toEqual(
      [],
    );
  });

  it('has its chapters in the order of the work, each with a sentence and something in it', () => {
    expect(document.tags.map(({ name }) => name)).toEqual(OPENAPI_TAGS.map(([name]) => name));
    expect(document.tags.filter(({ description }) => description.length < 10)).toEqual([]);
    const used = new Set(operations.flatMap(([, { tags }]) => tags ?? []));
    expect([...used].sort()).toEqual(document.tags.map(({ name }) => name).sort());
  });

  it('shows a successful answer of every operation with its schema', () => {
    const shown = (operation: Operation) =>
      Object.entries(operation.responses).some(
        ([status, response]) =>
          status.startsWith('2') &&
          (status === '204' || Object.values(response.content ?? {}).some((media) => media.schema !== undefined)),
      );
    expect(failing(shown)).toEqual([]);
  });

  it('shows every error as a problem', () => {
    const problems = (operation: Operation, name: string) =>
      Object.entries(operation.responses)
        .filter(([status]) => Number(status) >= 400)
        .every(
          ([, response]) =>
            response.description !== '' &&
            (response.content?.['application/problem+json'] !== undefined || name === 'get /health/ready'),
        );
    expect(failing(problems)).toEqual([]);
    expect(failing((o, name) => !name.includes(' /v1/') || ('401' in o.responses && '422' in o.responses))).toEqual([]);
  });

  it('gives every problem an example of its own status', () => {
    const wrong = operations.flatMap(([name, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content }]) => {
        const problem = content?.['application/problem+json'];
        if (problem === undefined) return [];
        const example = problem.example as { status: number; code: string; detail: string };
        const holds =
          String(example.status) === status && /^[a-z-]+(\/[a-z-]+)+$/.test(example.code) && example.detail !== '';
        return holds && complaintsAbout(problem).length === 0 ? [] : [`${name} ${status}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('describes every parameter, and fills in none that is optional', () => {
    const wrong = operations.flatMap(([name, { parameters = [] }]) =>
      parameters
        .filter(
          (parameter) =>
            (parameter.description ?? '') === '' ||
            (parameter.required !== true && shownExample(parameter) !== undefined),
        )
        .map((parameter) => `${name}: ${parameter.name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('gives every body an example that its schema takes', () => {
    const complaints = operations.flatMap(([name, { requestBody }]) =>
      Object.entries(requestBody?.content ?? {})
        .filter(([type]) => type === 'application/json')
        .flatMap(([, media]) => complaintsAbout(media).map((complaint) => `${name}: ${complaint}`)),
    );
    expect(complaints).toEqual([]);
  });

  it('describes every field', () => {
    const silent = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {})
        .filter(([, property]) => (property.description ?? '') === '' && property.$ref === undefined)
        .map(([field]) => `${name}.${field}`),
    );
    expect(silent).toEqual([]);
  });

  it('is the same every time', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'retally-openapi-'));
    try {
      expect(JSON.parse(await describeApi(dir))).toEqual(document);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  function complaintsAbout(media: Media): string[] {
    const { schema } = media;
    if (schema === undefined) return ['has no schema'];
    const given = [
      ...(media.example === undefined ? [] : [media.example]),
      ...Object.values(media.examples ?? {}).map(({ value }) => value),
    ];
    const examples = given.length > 0 ? given : [exampleOf(document, schema)];
    return examples.flatMap((example) => mismatches(schema, example, 'body'));
  }

  function mismatches(given: Schema, value: unknown, path: string): string[] {
    const schema = resolveSchema(document, given);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined) {
      const fits = choices.some((choice) => mismatches(choice, value, path).length === 0);
      return fits ? [] : [`${path} fits none of its schemas`];
    }
    if (value === undefined) return [`${path} has no example`];
    if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${path} is not one of its values`];
    switch (schema.type) {
      case 'array':
        if (!Array.isArray(value)) return [`${path} is no array`];
        return value.flatMap((item, index) => mismatches(schema.items ?? {}, item, `${path}[${index}]`));
      case 'object':
        return objectMismatches(schema, value, path);
      case 'number':
      case 'integer':
        return typeof value === 'number' ? [] : [`${path} is no number`];
      case 'string':
      case 'boolean':
        return typeof value === schema.type ? [] : [`${path} is no ${schema.type}`];
      default:
        return [];
    }
  }

  function objectMismatches(schema: Schema, value: unknown, path: string): string[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
    const fields = value as Readonly<Record<string, unknown>>;
    const properties = schema.properties ?? {};
    const open = schema.additionalProperties !== undefined || schema.properties === undefined;
    return [
      ...(schema.required ?? []).filter((name) => !(name in fields)).map((name) => `${path}.${name} has no example`),
      ...Object.entries(fields).flatMap(([name, field]) => {
        const property = properties[name];
        if (property === undefined) return open ? [] : [`${path}.${name} is not in the schema`];
        return mismatches(property, field, `${path}.${name}`);
      }),
    ];
  }
});

function shownExample({ example, schema }: Parameter): unknown {
  return example ?? schema?.example;
}

describe('every route', () => {
  it('says who may call it', async () => {
    const test = await startTestApp({ roles: ['api'] });
    try {
      const scanner = new MetadataScanner();
      const reflector = new Reflector();
      const controllers = new DiscoveryService(test.app.get(ModulesContainer)).getControllers();
      const silent = controllers.flatMap(({ instance, metatype }) => {
        const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
        return scanner
          .getAllMethodNames(prototype)
          .filter((method) => Reflect.hasMetadata('path', prototype[method]!))
          .filter((method) => {
            const targets = [prototype[method]!, metatype as new () => unknown];
            const roles = reflector.getAllAndOverride<string[] | undefined>(ALLOWED_ROLES, targets);
            return (roles ?? []).length === 0 && reflector.getAllAndOverride(PUBLIC_ROUTE, targets) !== true;
          })
          .map((method) => `${String(metatype?.name)}.${method}`);
      });
      expect(controllers.length).toBeGreaterThan(3);
      expect(silent).toEqual([]);
      for (const [path, status] of Object.entries(routesWithoutCredential)) {
        const answer = await request(test.http).get(path);
        expect([path, answer.status]).toEqual([path, status]);
      }
    } finally {
      await test.stop();
    }
  });
});

/** What anybody may see; everything else asks for a credential first. */
const routesWithoutCredential = {
  '/health/live': 200,
  '/metrics': 200,
  '/openapi.json': 200,
  '/v1/commands': 401,
  '/v1/api-keys': 401,
};

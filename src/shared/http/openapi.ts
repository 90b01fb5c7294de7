import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { OPENAPI_TAGS } from './openapi-tags.js';
import { PROBLEM_MEANINGS, ProblemDto, problemContent } from './problem.dto.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Record<string, { description?: string; content?: unknown }>;
type Parameter = NonNullable<Operation['parameters']>[number];

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const SUCCESSES: Readonly<Record<string, string>> = {
  200: 'The answer.',
  201: 'It was made.',
  202: 'It was accepted and recorded; what follows from it can be watched.',
};
const DESCRIPTION = `Usage files become money, and every reprocess and every audit is a replay.

**Start here**: press *Authorize* and paste the API key that was shown at the first start. Then every example below runs as
it stands, in this order; ids that come to be on the way, such as \`fileId\`, are in the answers.

1. \`POST /v1/feeds/catalog\`, \`POST /v1/price-offers/try\`, \`PUT /v1/price-offers/{priceOfferId}/pricing\`: a plan for
   calls, a price tried on sample calls, and its price.
2. \`POST /v1/feeds/accounts\`, examples 1 and 2: a customer, and another whose account is not there yet.
3. \`POST /v1/source-platforms\`, \`POST /v1/mappings/try\`, \`POST /v1/mappings\`: how a file is read.
4. \`POST /v1/usage-files\` with the lines shown there; \`GET /v1/usage-files/{fileId}\`: its phases and their balance.
5. \`GET /v1/monetized-usage\`, \`GET /v1/monetized-usage/{id}\`: charges, and why they are what they are.
6. \`GET /v1/suspense/records\`: one call waits. \`POST /v1/feeds/accounts\`, example 3, brings the account,
   \`POST /v1/sync-activities/reprocesses\` what came too early, \`POST /v1/suspense/reprocesses\` the call.
7. \`POST /v1/aggregations\`, \`POST /v1/billing-batches/sends\`; when the billing system has made its invoices (the sandbox:
   \`POST /sandbox/invoice-run\` at its own address), \`POST /v1/invoice-lines/polls\`.
8. \`GET /v1/lineage/…\`: from an invoice line down to the raw lines, and up again.

Lists answer \`{items, next}\`; give \`next\` as \`after\` for the next page. Commands take an \`Idempotency-Key\`, are
remembered for ever under it, and answer with a log \`position\`; a read with \`minPosition\` of that value sees the
effect. Money and quantities are decimal strings, instants RFC 3339 in UTC. Errors are RFC 9457 problems.`;

/** The OpenAPI document of an initialised application: what the controllers declare, completed by what holds for all. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('Retally')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `rtl_…`' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same API key' }, 'apiKey')
    .build();
  base.tags = OPENAPI_TAGS.map(([name, description]) => ({ name, description }));
  const document = SwaggerModule.createDocument(app, base, { extraModels: [ProblemDto] });
  document.paths = sorted(document.paths);
  if (document.components?.schemas !== undefined) {
    document.components.schemas = sorted(document.components.schemas);
    for (const schema of Object.values(document.components.schemas)) describePage(schema);
  }
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation !== undefined) complete(operation, path, method);
    }
  }
  return document;
}

/**
 * The document at /openapi.json, and Swagger UI at /docs from the package's own files: no address outside this server is
 * asked. `ui: false` leaves the UI out, where its file server cannot be loaded (a CommonJS package in jest's modules).
 */
export function serveDocumentation(app: NestFastifyApplication, document: OpenAPIObject, ui: boolean): void {
  SwaggerModule.setup('docs', app, document, {
    ui,
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Retally API',
    swaggerOptions: {
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      docExpansion: 'none',
    },
  });
}

function complete(operation: Operation, path: string, method: string): void {
  const guarded = path.startsWith('/v1/');
  operation.security = guarded ? [{ bearer: [] }, { apiKey: [] }] : [];
  const responses = operation.responses as Responses;
  const general = guarded ? [401, 403, 422, 500, 503] : [500];
  if (operation.requestBody !== undefined) general.push(400, 413, 415);
  for (const status of general) responses[String(status)] ??= {};
  for (const [status, response] of Object.entries(responses)) {
    if (Number(status) < 400) response.description = textOr(response.description, SUCCESSES[status] ?? 'Done.');
    if (Number(status) < 400) continue;
    response.description = textOr(response.description, PROBLEM_MEANINGS[Number(status)] ?? 'Refused.');
    response.content ??= problemContent(Number(status), response.description);
  }
  operation.responses = sorted(responses) as Operation['responses'];
  operation.parameters = headersOnce(operation.parameters ?? []);
  operation.parameters.forEach(leaveOpen);
  if (guarded && method !== 'get') addIdempotencyKey(operation);
}

/**
 * Swagger UI fills every parameter with its example before it executes. A filter that nobody chose would hide what a
 * newcomer is looking for, so an optional one says its example in words, and in `x-example` for programs.
 */
function leaveOpen(parameter: Parameter): void {
  if (!('schema' in parameter) || parameter.in !== 'query' || parameter.required === true) return;
  const { schema } = parameter;
  if (!('example' in schema)) return;
  const { example, ...rest } = Object.fromEntries<unknown>(Object.entries(schema));
  parameter.schema = rest;
  Object.assign(parameter, { 'x-example': example });
  if (!('default' in rest) && !('enum' in rest))
    parameter.description = `${textOr(parameter.description, '')} For example \`${String(example)}\`.`.trimStart();
}

/** Nest lists a header twice, as its argument names it and as `@ApiHeader` describes it: the described one stays. */
function headersOnce(parameters: readonly Parameter[]): Parameter[] {
  const described = new Set(
    parameters.flatMap((parameter) =>
      'name' in parameter && parameter.in === 'header' && parameter.description !== undefined
        ? [parameter.name.toLowerCase()]
        : [],
    ),
  );
  return parameters.filter(
    (parameter) =>
      !('name' in parameter) ||
      parameter.in !== 'header' ||
      parameter.description !== undefined ||
      !described.has(parameter.name.toLowerCase()),
  );
}

/** What every list has in common, said once. */
function describePage(schema: object): void {
  const { items, next } = (schema as { properties?: Record<string, { description?: string }> }).properties ?? {};
  if (items !== undefined) items.description = textOr(items.description, 'This page of the list.');
  if (next !== undefined) next.description = textOr(next.description, 'Give it as `after`; absent on the last page.');
}

function addIdempotencyKey(operation: Operation): void {
  const parameters = (operation.parameters ?? []).filter(
    (parameter) => !('name' in parameter && parameter.name.toLowerCase() === 'idempotency-key'),
  );
  operation.parameters = [
    ...parameters,
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Sent again with the same body it answers as the first time; with another body it is refused.',
      schema: { type: 'string', maxLength: 200 },
    },
  ];
}

function textOr(text: string | undefined, fallback: string): string {
  return text === undefined || text === '' ? fallback : text;
}

/** Names in order, so that the committed document changes only where the API does. */
function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

import type { TestApp } from './app.js';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly example?: unknown;
  readonly description?: string;
}
export interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: string | number;
  readonly schema?: Schema;
  /** The example of an optional filter, which Swagger UI shall not fill in by itself. */
  readonly 'x-example'?: string | number;
}
export interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
export interface ApiDocument {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export function resolveSchema(document: ApiDocument, schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    return resolveSchema(document, document.components.schemas[name] ?? {});
  }
  if (schema.allOf?.length === 1) return { ...resolveSchema(document, schema.allOf[0]!), ...schema, allOf: [] };
  return schema;
}

/** As Swagger UI puts one together: the example given, or one made of the fields' examples. */
export function exampleOf(document: ApiDocument, given: Schema): unknown {
  const schema = resolveSchema(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === 'array') return schema.items === undefined ? [] : [exampleOf(document, schema.items)];
  if (schema.properties === undefined) return undefined;
  const fields = Object.entries(schema.properties).map(([name, field]) => [name, exampleOf(document, field)] as const);
  return Object.fromEntries(fields.filter(([, example]) => example !== undefined));
}

export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer is looked at as a newcomer looks at it
  readonly body: any;
}

/**
 * Somebody who knows the API from its document alone: calls are made from its examples, and of what is in them only ids
 * that come to be at run time are replaced by what the answers said (`learn`).
 */
export class DocumentedApi {
  readonly called = new Set<string>();
  private readonly learnt = new Map<string, string>();

  private constructor(
    private readonly app: TestApp,
    readonly document: ApiDocument,
  ) {}

  static async of(app: TestApp): Promise<DocumentedApi> {
    const { body } = await app.get('/openapi.json');
    return new DocumentedApi(app, body as ApiDocument);
  }

  /** From now on `shown` in an example stands for `real`. */
  learn(shown: string, real: string): void {
    this.learnt.set(shown, real);
  }

  operations(): readonly { method: string; path: string; name: string; operation: Operation }[] {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method, path, name: `${method} ${path}`, operation })),
    );
  }

  /** Executes an operation, `post /v1/…`, as Swagger UI would: its own examples, the named one where there are several. */
  async execute(name: string, example?: string): Promise<Answer> {
    const [method = '', path = ''] = name.split(' ');
    const operation = this.document.paths[path]?.[method];
    if (operation === undefined) throw new Error(`The document has no operation ${name}`);
    this.called.add(name);
    const address = this.address(path, operation);
    const [[type, media] = []] = Object.entries(operation.requestBody?.content ?? {});
    if (type === 'multipart/form-data') return this.upload(address, operation, media ?? {});
    const body = media === undefined ? undefined : this.real(this.bodyOf(media, example));
    const { status, body: answer } = await this.send(method, address, body as object | undefined);
    return { status, body: answer as unknown };
  }

  /** The path with its examples, and the required query with its. */
  address(path: string, operation: Operation, filters: Readonly<Record<string, string | number>> = {}): string {
    const parameters = operation.parameters ?? [];
    const filled = parameters
      .filter((parameter) => parameter.in === 'path')
      .reduce((url, { name, example, schema }) => {
        return url.replace(`{${name}}`, encodeURIComponent(this.text(example ?? schema?.example, `${path} ${name}`)));
      }, path);
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required === true)
      .map(({ name, example, schema }) => [name, example ?? schema?.example] as const);
    const all = [...query, ...Object.entries(filters)].map(([name, value]): [string, string] => [
      name,
      this.text(value, name),
    ]);
    return all.length === 0 ? filled : `${filled}?${new URLSearchParams(all).toString()}`;
  }

  private text(example: unknown, what: string): string {
    const real = this.real(example);
    if (typeof real === 'string' || typeof real === 'number') return String(real);
    throw new Error(`There is no example of ${what}`);
  }

  private bodyOf(media: Media, name: string | undefined): unknown {
    const examples = Object.entries(media.examples ?? {});
    const chosen = name === undefined ? examples[0] : examples.find(([each]) => each === name);
    if (name !== undefined && chosen === undefined) throw new Error(`There is no example ${name}`);
    return chosen?.[1].value ?? media.example ?? exampleOf(this.document, media.schema ?? {});
  }

  private send(method: string, address: string, body: object | undefined) {
    if (method === 'get') return this.app.get(address);
    if (method === 'delete') return this.app.delete(address);
    return method === 'put' ? this.app.put(address, body ?? {}) : this.app.post(address, body);
  }

  /** The fields from the form's examples, the file from the lines that the description shows under its name. */
  private async upload(address: string, operation: Operation, media: Media): Promise<Answer> {
    const shown = /`([\w-]+\.csv)`[^`]*```text\n([^`]*)```/.exec(operation.description ?? '');
    if (shown === null) throw new Error('The description shows no file to upload');
    const call = this.app.post(address);
    for (const [name, field] of Object.entries(media.schema?.properties ?? {}))
      if (field.example !== undefined) void call.field(name, this.text(field.example, name));
    const { status, body } = await call.attach('file', Buffer.from(shown[2] ?? ''), shown[1] ?? '');
    return { status, body: body as unknown };
  }

  private real(value: unknown): unknown {
    if (value === undefined) return undefined;
    const pairs = [...this.learnt];
    return JSON.parse(
      pairs.reduce((text, [shown, real]) => text.replaceAll(shown, real), JSON.stringify(value)),
    ) as unknown;
  }
}

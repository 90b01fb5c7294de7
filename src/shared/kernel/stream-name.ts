/** `<category>-<tenant>.<id>`: the category and the tenant have no dash or dot, the id may have any. */
export type StreamName = string;

const TENANT = /^[a-z0-9_]{1,40}$/;
const CATEGORY = /^[a-zA-Z]+$/;

/** A tenant ("client" in the field) is 1 to 40 of a-z, 0-9 and underscore, so that it can be part of names and paths. */
export function isTenantName(text: string): boolean {
  return TENANT.test(text);
}

export function streamName(category: string, tenant: string, id: string): StreamName {
  if (!CATEGORY.test(category)) throw new Error(`"${category}" is not a stream category`);
  if (!TENANT.test(tenant)) throw new Error(`"${tenant}" is not a tenant name`);
  if (id === '') throw new Error(`A stream of category ${category} needs an id`);
  return `${category}-${tenant}.${id}`;
}

export interface StreamParts {
  readonly category: string;
  readonly tenant: string;
  readonly id: string;
}

export function parseStreamName(stream: StreamName): StreamParts {
  const dash = stream.indexOf('-');
  const dot = stream.indexOf('.', dash);
  if (dash < 1 || dot < 0) throw new Error(`"${stream}" is not a stream name <category>-<tenant>.<id>`);
  return { category: stream.slice(0, dash), tenant: stream.slice(dash + 1, dot), id: stream.slice(dot + 1) };
}

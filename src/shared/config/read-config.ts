import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { isTenantName } from '../kernel/stream-name.js';
import { ROLE_NAMES, type RoleName } from '../runtime/role-task.js';
import type { BillingConfig, Config, Engine, LimitsConfig } from './config.js';
import { EnvReader } from './env-reader.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** Settings of tests and tools, which share the environment. */
const OTHERS = ['RETALLY_TEST_', 'RETALLY_FAULT_', 'RETALLY_BENCH_', 'RETALLY_DEMO_', 'RETALLY_SANDBOX_'];

/** Raised at boot with every problem at once; its message is for the terminal. */
export class ConfigurationRefused extends Error {
  override readonly name = 'ConfigurationRefused';
  constructor(readonly problems: readonly string[]) {
    super(`Retally cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** @throws ConfigurationRefused */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const reader = new EnvReader(env);
  const config = compose(reader);
  reader.refuseUnknown('RETALLY_', OTHERS);
  if (reader.problems.length > 0) throw new ConfigurationRefused(reader.problems);
  return Object.freeze(config);
}

function compose(reader: EnvReader): Config {
  const dataDir = resolve(reader.text('RETALLY_DATA_DIR', './data'));
  const sharedDir = resolve(reader.text('RETALLY_SHARED_DIR', dataDir));
  const auth = reader.choice('RETALLY_AUTH', ['keys', 'none'], 'keys');
  const billing = readBilling(reader);
  return {
    dataDir,
    sharedDir,
    evidenceDir: resolve(reader.text('RETALLY_EVIDENCE_DIR', join(sharedDir, 'evidence'))),
    homeDir: resolve(reader.text('RETALLY_HOME_DIR', join(sharedDir, 'home'))),
    instance: reader.text('RETALLY_INSTANCE', `${hostname()}:${process.pid}`),
    host: readHost(reader, auth),
    port: reader.integer('RETALLY_PORT', 3000, 0, 65_535),
    eventStore: readEngine(reader, 'RETALLY_EVENT_STORE', EVENT_STORES),
    readModels: readEngine(reader, 'RETALLY_READ_MODELS', READ_MODELS),
    streamPrefix: readStreamPrefix(reader),
    leaseTtlMs: reader.integer('RETALLY_LEASE_TTL_MS', 10_000, 1000, 300_000),
    partitions: reader.integer('RETALLY_PARTITIONS', 8, 1, 1024),
    chunkRecords: reader.integer('RETALLY_CHUNK_RECORDS', 500, 1, 5000),
    limits: readLimits(reader),
    roles: readRoles(reader),
    workers: reader.choice('RETALLY_WORKERS', ['threads', 'inline'], 'threads'),
    auth,
    tenants: readTenants(reader),
    timeZone: readTimeZone(reader),
    ...(billing === undefined ? {} : { billing }),
    minFreeBytes: reader.integer('RETALLY_MIN_FREE_BYTES', 256 * MIB, 0, Number.MAX_SAFE_INTEGER),
    shutdownMs: reader.integer('RETALLY_SHUTDOWN_MS', 25_000, 1000, 600_000),
    logLevel: reader.choice(
      'RETALLY_LOG_LEVEL',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
    ),
  };
}

function readLimits(reader: EnvReader): LimitsConfig {
  const most = Number.MAX_SAFE_INTEGER;
  return {
    maxBytes: reader.integer('RETALLY_MAX_FILE_BYTES', 4 * GIB, 1, most),
    maxContentBytes: reader.integer('RETALLY_MAX_CONTENT_BYTES', 32 * GIB, 1, most),
    maxRatio: reader.integer('RETALLY_MAX_RATIO', 200, 1, 100_000),
    maxRecordBytes: reader.integer('RETALLY_MAX_RECORD_BYTES', 65_536, 64, 262_144),
    maxBodyBytes: reader.integer('RETALLY_MAX_BODY_BYTES', 4 * MIB, 1024, 64 * MIB),
  };
}

/** Without credentials anyone who can reach the port may do anything: so only this machine may reach it. */
function readHost(reader: EnvReader, auth: Config['auth']): string {
  const host = reader.text('RETALLY_HOST', '127.0.0.1');
  if (auth === 'none' && !isLoopback(host)) {
    reader.problems.push(
      `RETALLY_HOST="${host}" with RETALLY_AUTH=none would serve everybody: use 127.0.0.1, or RETALLY_AUTH=keys`,
    );
  }
  return host;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

interface Servers {
  readonly schemes: RegExp;
  readonly example: string;
}

const EVENT_STORES: Servers = {
  schemes: /^(esdb|kurrentdb)(\+discover)?:\/\/./,
  example: 'esdb://user:password@host:2113',
};
const READ_MODELS: Servers = {
  schemes: /^mongodb(\+srv)?:\/\/./,
  example: 'mongodb://user:password@host:27017/retally?replicaSet=rs0',
};

/** The kind of engine by its scheme; its adapter reads the rest of the address at boot. What is given is not repeated: it may hold a password. */
function readEngine(reader: EnvReader, name: string, { schemes, example }: Servers): Engine {
  const address = reader.text(name, 'embedded');
  if (address === 'embedded') return { kind: 'embedded' };
  if (!schemes.test(address)) reader.problems.push(`${name} must be "embedded" or an address such as ${example}`);
  return { kind: 'server', address };
}

function readStreamPrefix(reader: EnvReader): string {
  const prefix = reader.text('RETALLY_STREAM_PREFIX', '');
  if (!/^([a-z][a-z0-9]{0,38}\.)?$/.test(prefix)) {
    reader.problems.push(
      `RETALLY_STREAM_PREFIX="${prefix}" must be a letter and up to 38 more of a-z and 0-9, then a dot: "billing."`,
    );
  }
  return prefix;
}

function readRoles(reader: EnvReader): readonly RoleName[] {
  const names = reader.list('RETALLY_ROLES', ROLE_NAMES);
  const roles = ROLE_NAMES.filter((role) => names.includes(role));
  const unknown = names.filter((name) => !(ROLE_NAMES as readonly string[]).includes(name));
  if (unknown.length > 0 || roles.length === 0) {
    reader.problems.push(`RETALLY_ROLES="${names.join(',')}" must name some of ${ROLE_NAMES.join(', ')}`);
  }
  return roles;
}

function readTenants(reader: EnvReader): readonly string[] {
  const tenants = reader.list('RETALLY_TENANTS', ['main']);
  if (tenants.length === 0) reader.problems.push('RETALLY_TENANTS must name at least one tenant');
  for (const tenant of tenants) {
    if (!isTenantName(tenant)) {
      reader.problems.push(`RETALLY_TENANTS: "${tenant}" must be 1 to 40 of a-z, 0-9 and underscore`);
    }
  }
  return tenants;
}

function readTimeZone(reader: EnvReader): string {
  const zone = reader.text('RETALLY_TIME_ZONE', 'UTC');
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    reader.problems.push(`RETALLY_TIME_ZONE="${zone}" is not an IANA time zone such as Europe/Berlin`);
    return 'UTC';
  }
}

function readBilling(reader: EnvReader): BillingConfig | undefined {
  const url = reader.optional('RETALLY_BILLING_URL');
  const clientNo = reader.optional('RETALLY_BILLING_CLIENT_NO');
  const authKey = reader.optional('RETALLY_BILLING_AUTH_KEY');
  const rest = {
    timeoutMs: reader.integer('RETALLY_BILLING_TIMEOUT_MS', 30_000, 100, 600_000),
    windowHours: reader.integer('RETALLY_BILLING_WINDOW_HOURS', 24, 0, 8760),
    batchSize: reader.integer('RETALLY_BILLING_BATCH_SIZE', 1000, 1, 1000),
    parallel: reader.integer('RETALLY_BILLING_PARALLEL', 4, 1, 64),
  };
  if (url === undefined) return undefined;
  if (!isHttpAddress(url)) {
    reader.problems.push(`RETALLY_BILLING_URL="${url}" must be an http:// or https:// address without a user name`);
  }
  if (clientNo === undefined || authKey === undefined) {
    reader.problems.push(
      'RETALLY_BILLING_URL needs RETALLY_BILLING_CLIENT_NO and RETALLY_BILLING_AUTH_KEY, given by the billing system',
    );
    return undefined;
  }
  return { url, clientNo, authKey, ...rest };
}

function isHttpAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
}

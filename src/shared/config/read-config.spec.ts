import { readFileSync } from 'node:fs';
import { ConfigurationRefused, isLoopback, readConfig } from './read-config.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationRefused) return error.problems;
    throw error;
  }
}

describe('settings', () => {
  it('need nothing to be set', () => {
    const config = readConfig({ PATH: '/bin' });
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      auth: 'keys',
      workers: 'threads',
      tenants: ['main'],
      partitions: 8,
      chunkRecords: 500,
      timeZone: 'UTC',
      roles: ['api', 'ingest', 'rate', 'project', 'sync', 'schedule'],
    });
    expect(config.billing).toBeUndefined();
    expect(config.evidenceDir).toBe(`${config.dataDir}/evidence`);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('are refused all together, each with its name and what would be right', () => {
    const problems = problemsOf({
      RETALLY_PORT: '70000',
      RETALLY_AUTH: 'maybe',
      RETALLY_TENANTS: 'Main,ok',
      RETALLY_TIME_ZONE: 'Mars/Olympus',
      RETALLY_ROLES: 'api,cook',
      RETALLY_PRT: '1',
    });
    expect(problems).toHaveLength(6);
    expect(problems.join('\n')).toMatch(/RETALLY_PORT="70000" must be a whole number from 0 to 65535/);
    expect(problems.join('\n')).toMatch(/RETALLY_PRT is not a setting/);
  });

  it('name servers by their addresses, in any pairing', () => {
    expect(readConfig({})).toMatchObject({ eventStore: { kind: 'embedded' }, readModels: { kind: 'embedded' } });
    const esdb = 'esdb+discover://user:secret@cluster:2113';
    const mongo = 'mongodb://user:secret@one,two/billing?replicaSet=rs0';
    expect(readConfig({ RETALLY_EVENT_STORE: esdb, RETALLY_READ_MODELS: mongo })).toMatchObject({
      eventStore: { kind: 'server', address: esdb },
      readModels: { kind: 'server', address: mongo },
    });
    expect(readConfig({ RETALLY_READ_MODELS: 'mongodb+srv://host' }).eventStore).toEqual({ kind: 'embedded' });
  });

  it('refuse an address of something else without repeating it: it may hold a password', () => {
    const problems = problemsOf({
      RETALLY_EVENT_STORE: 'http://user:secret@localhost:2113',
      RETALLY_READ_MODELS: 'postgres://user:secret@localhost',
      RETALLY_STREAM_PREFIX: 'Us-',
    });
    expect(problems).toEqual([
      'RETALLY_EVENT_STORE must be "embedded" or an address such as esdb://user:password@host:2113',
      'RETALLY_READ_MODELS must be "embedded" or an address such as mongodb://user:password@host:27017/retally?replicaSet=rs0',
      'RETALLY_STREAM_PREFIX="Us-" must be a letter and up to 38 more of a-z and 0-9, then a dot: "billing."',
    ]);
  });

  it('keep what instances share apart from what is of one', () => {
    const config = readConfig({ RETALLY_DATA_DIR: '/d', RETALLY_SHARED_DIR: '/s', RETALLY_INSTANCE: 'blue' });
    expect(config).toMatchObject({ dataDir: '/d', evidenceDir: '/s/evidence', homeDir: '/s/home', instance: 'blue' });
    expect(readConfig({ RETALLY_DATA_DIR: '/d' })).toMatchObject({ sharedDir: '/d', homeDir: '/d/home' });
  });

  it('without credentials serve this machine alone', () => {
    expect(problemsOf({ RETALLY_AUTH: 'none', RETALLY_HOST: '0.0.0.0' })).toHaveLength(1);
    expect(problemsOf({ RETALLY_AUTH: 'none', RETALLY_HOST: '127.0.0.1' })).toEqual([]);
    expect(problemsOf({ RETALLY_AUTH: 'keys', RETALLY_HOST: '0.0.0.0' })).toEqual([]);
    expect(['localhost', '127.8.8.8', '::1', '0.0.0.0', '10.0.0.1', '127.evil.com'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('of the billing system belong together', () => {
    const url = { RETALLY_BILLING_URL: 'http://127.0.0.1:4000' };
    expect(problemsOf(url)).toHaveLength(1);
    const whole = { ...url, RETALLY_BILLING_CLIENT_NO: '1', RETALLY_BILLING_AUTH_KEY: 'k' };
    expect(readConfig(whole).billing).toMatchObject({ clientNo: '1', batchSize: 1000, parallel: 4 });
    expect(problemsOf({ ...whole, RETALLY_BILLING_URL: 'file:///etc/passwd' })).toHaveLength(1);
  });
});

describe('the table of settings', () => {
  it('names every setting that is read, and no other', () => {
    const source = readFileSync(new URL('./read-config.ts', import.meta.url), 'utf8');
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    const namesIn = (text: string) => [...new Set(text.match(/RETALLY_[A-Z_]*[A-Z]\b(?!_?\*)/g) ?? [])].sort();
    const others = /^RETALLY_(TEST|FAULT|BENCH|DEMO|SANDBOX)$/;
    expect(namesIn(readme).filter((name) => !others.test(name))).toEqual(
      namesIn(source).filter((name) => !others.test(name)),
    );
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';

/** Each start loads the program in five threads; a busy machine needs its time. */
jest.setTimeout(120_000);

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const REPLAY = fileURLToPath(new URL('../../dist/tools/replay/main.js', import.meta.url));
/** Worker threads run built files only: `npm test` builds first. */
const built = existsSync(MAIN) ? describe : describe.skip;

class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly listeners = new Set<() => void>();
  private readonly exited: Promise<number | null>;

  constructor(script: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const listener of this.listeners) listener();
      });
    }
    this.exited = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  async printed(pattern: RegExp): Promise<string> {
    let check = (): void => undefined;
    const found = new Promise<string>((resolve) => {
      check = () => {
        const match = pattern.exec(this.output);
        if (match !== null) resolve(match[1] ?? match[0]);
      };
    });
    this.listeners.add(check);
    check();
    const ended = this.exited.then((code) => {
      throw new Error(`ended with ${String(code)} before it printed ${String(pattern)}:\n${this.output}`);
    });
    return Promise.race([found, ended]);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  exit(): Promise<number | null> {
    return this.exited;
  }
}

built('the server as a process, its roles in threads', () => {
  let dir: string;
  const programs: Program[] = [];
  const start = (env: Readonly<Record<string, string>> = {}) => {
    const program = new Program(MAIN, [], { RETALLY_DATA_DIR: dir, RETALLY_PORT: '0', ...env });
    programs.push(program);
    return program;
  };
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'retally-process-'))));
  afterEach(async () => {
    for (const program of programs.splice(0)) {
      program.signal('SIGKILL');
      await program.exit();
    }
    rmSync(dir, { recursive: true, force: true });
  });

  it('starts, shows its first key once, is ready, serves its documentation from itself, and stops with 0', async () => {
    const server = start();
    const url = await server.printed(/listens on (http:\S+),/);
    const key = /shown this once and stored nowhere: (rtl_\S+)/.exec(server.output)?.[1] ?? '';
    const ready = await fetch(`${url}/health/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ok' });

    const issued = await fetch(`${url}/v1/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Auditor', roles: ['auditor'] }),
    });
    expect(issued.status).toBe(201);
    const { position, commandId } = (await issued.json()) as { position: number; commandId: string };
    // Projected in another thread, read in this one.
    const commands = await fetch(`${url}/v1/commands?minPosition=${position}`, { headers: { 'x-api-key': key } });
    expect(await commands.json()).toMatchObject({ items: [{ commandId, name: 'IssueApiKey' }] });

    for (const asset of ['/docs', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui-init.js']) {
      const answer = await fetch(`${url}${asset}`);
      expect([asset, answer.status]).toEqual([asset, 200]);
      const text = await answer.text();
      if (asset === '/docs') expect(text).not.toMatch(/(src|href)="https?:/);
      if (asset.endsWith('init.js')) expect(text).toContain('"persistAuthorization": true');
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/retally_suspense_open_records\{tenant="main"\} 0/);
    expect(metrics).toMatch(/retally_role_thread_up\{roles="project"\} 1/);
    expect(metrics).toMatch(/retally_projection_behind_events\{projection="commands"\} \d/);

    server.signal('SIGTERM');
    expect(await server.exit()).toBe(0);
    expect(server.output).not.toMatch(/"level":(50|60)/);
  });

  it('keeps others off its folder, and the log can be audited beside it', async () => {
    const first = start();
    await first.printed(/listens on/);
    const second = start();
    expect(await second.exit()).toBe(1);
    expect(second.output).toContain('Another Retally server works on');

    const replays = [['--verify'], ['--projection', 'commands'], ['--events', '--stream', 'access-main.keys']].map(
      (args) => new Program(REPLAY, args, { RETALLY_DATA_DIR: dir }),
    );
    programs.push(...replays);
    for (const replay of replays) expect([await replay.exit(), replay.output]).toEqual([0, expect.any(String)]);
    expect(replays[2]!.output).toContain('"type":"ApiKeyIssued.v1"');

    first.signal('SIGKILL');
    await first.exit();
    const third = start();
    await third.printed(/listens on/);
    expect(third.output).not.toContain('First API key');
    third.signal('SIGINT');
    expect(await third.exit()).toBe(0);
  });

  it('tells everything that is wrong with its settings, and does not start', async () => {
    const server = start({ RETALLY_PORT: 'x', RETALLY_READ_MODELS: 'postgres://user:secret@localhost/x' });
    expect(await server.exit()).toBe(1);
    expect(server.output).toContain('RETALLY_PORT="x"');
    expect(server.output).toContain('RETALLY_READ_MODELS must be "embedded" or an address such as mongodb://');
    expect(server.output).not.toContain('secret');
  });

  it('stops in order even when it is told while it starts', async () => {
    const server = start({ RETALLY_LOG_LEVEL: 'debug' });
    await server.printed(/Starting Nest application/);
    server.signal('SIGTERM');
    expect(await server.exit()).toBe(0);
    expect(server.output).not.toContain('listens on');
  });
});

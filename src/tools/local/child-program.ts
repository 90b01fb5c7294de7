import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ProgramOptions {
  /** Script below `dist/`, for example `main.js` or `sandbox/main.js`. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program is ready once a line of its output matches; the match is answered. */
  readonly ready: RegExp;
  readonly timeoutMs?: number;
}

/** A program of this repository in a process of its own: the tools and fault tests start, stop and kill it for real. */
export class ChildProgram {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: string[],
    /** Groups of the `ready` pattern. */
    readonly announced: RegExpExecArray,
  ) {}

  /** @throws with the program's last output when it ends or stays silent instead of becoming ready. */
  static async start(options: ProgramOptions): Promise<ChildProgram> {
    const script = fileURLToPath(new URL(`../../../dist/${options.script}`, import.meta.url));
    const child = spawn(process.execPath, [script, ...(options.args ?? [])], {
      env: { ...environmentWithoutSettings(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    const announced = await readiness(child, lines, options);
    return new ChildProgram(child, lines, announced);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything it printed so far that matches. */
  printed(pattern: RegExp): RegExpExecArray | undefined {
    for (const line of this.lines) {
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
    return undefined;
  }

  output(): string {
    return this.lines.join('\n');
  }

  /** Highest resident memory so far in bytes; 0 where the system does not tell. */
  peakMemory(): number {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  }

  /** Asks it to stop and answers its exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.running) return this.child.exitCode;
    return new Promise((resolve) => {
      this.child.once('exit', (code) => resolve(code));
      this.child.kill(signal);
    });
  }
}

function environmentWithoutSettings(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('RETALLY_') && name !== 'NODE_OPTIONS',
  );
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function readiness(child: ChildProcess, lines: string[], options: ProgramOptions): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${options.script} ${why}. Its last output:\n${lines.slice(-20).join('\n')}`));
    };
    const timer = setTimeout(() => fail('was not ready in time'), options.timeoutMs ?? 30_000);
    const onLine = (line: string): void => {
      lines.push(line);
      if (lines.length > 10_000) lines.splice(0, 5_000);
      const match = options.ready.exec(line);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    for (const stream of [child.stdout, child.stderr]) splitLines(stream, onLine);
    child.once('exit', (code, signal) => fail(`ended with ${String(code ?? signal)} before it was ready`));
  });
}

function splitLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

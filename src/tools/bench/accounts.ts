import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AccountStep } from './accounts/measure-accounts.js';

/** Measures in a process of its own. @throws when the end of a cycle does not make what it should. */
export async function measureAccountSteps(accounts: number, directory: string): Promise<readonly AccountStep[]> {
  const script = fileURLToPath(new URL('./accounts/accounts-main.js', import.meta.url));
  const args = ['--expose-gc', script, String(accounts), directory];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AccountStep);
}

/** For people: one row per step. */
export function printAccounts(accounts: number, steps: readonly AccountStep[]): void {
  const cells = (name: string, ...numbers: readonly string[]): string =>
    name.padEnd(46) + numbers.map((number) => number.padStart(16)).join('');
  console.log(cells(`${whole(accounts)} accounts`, 'CPU s', 'us per account', 'bytes/account', 'records'));
  for (const { step, seconds, bytesPerAccount, records } of steps) {
    const each = ((seconds / accounts) * 1e6).toFixed(1);
    console.log(
      cells(step, seconds.toFixed(2), each, whole(bytesPerAccount), records === undefined ? '-' : whole(records)),
    );
  }
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeApi } from './describe-api.js';

const COMMITTED = fileURLToPath(new URL('../../../openapi/openapi.json', import.meta.url));

/** `--write` makes openapi/openapi.json what the application says; `--check` fails when it is not. */
async function main(mode: string | undefined): Promise<number> {
  if (mode !== '--write' && mode !== '--check') {
    console.error('Usage: openapi --write | --check');
    return 2;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'retally-openapi-'));
  try {
    const text = await describeApi(dataDir);
    if (mode === '--write') {
      writeFileSync(COMMITTED, text);
      console.log(`Wrote ${COMMITTED}`);
      return 0;
    }
    if (read(COMMITTED) === text) return 0;
    console.error(`${COMMITTED} is not what the application says: run npm run openapi:write and commit it`);
    return 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

process.exitCode = await main(process.argv[2]);

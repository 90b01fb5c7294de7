import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox-server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    host: { type: 'string', default: '127.0.0.1' },
    ledger: { type: 'string' },
    'client-no': { type: 'string', default: '1001' },
    'auth-key': { type: 'string', default: 'sandbox' },
    'window-hours': { type: 'string', default: '24' },
    'refuse-duplicates': { type: 'boolean', default: false },
  },
});

if (values.ledger === undefined) {
  console.error(
    'Say where the ledger is kept: node dist/sandbox/main.js --ledger ./data/sandbox-ledger.ndjson [--port 4010]',
  );
  process.exit(2);
}

const sandbox = await startSandbox({
  ledgerFile: values.ledger,
  port: Number(values.port),
  host: values.host,
  clientNo: values['client-no'],
  authKey: values['auth-key'],
  windowMs: Number(values['window-hours']) * 3_600_000,
  refuseDuplicates: values['refuse-duplicates'],
});
console.log(`Sandbox billing system at ${sandbox.url} with its ledger in ${values.ledger}`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void sandbox.close().then(() => process.exit(0));
  });
}

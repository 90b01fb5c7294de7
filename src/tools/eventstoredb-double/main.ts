import { parseArgs } from 'node:util';
import { EventStoreDbDouble } from './eventstoredb-double.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '2113' },
    file: { type: 'string' },
  },
});

const double = await EventStoreDbDouble.start({
  port: Number(values.port),
  ...(values.file === undefined ? {} : { file: values.file }),
});
const kept = values.file === undefined ? 'in memory' : `in ${values.file}`;
console.log(`EventStoreDB double at ${double.connectionString} with its log ${kept}`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void double.stop().then(() => process.exit(0));
  });
}

import { measureAccounts } from './measure-accounts.js';

// A process of its own, so that its heap is its own: `node --expose-gc accounts-main.js <accounts> <directory>`.
const [accounts, directory] = process.argv.slice(2);
if (accounts === undefined || directory === undefined) {
  throw new Error('node --expose-gc accounts-main.js <accounts> <directory>');
}
for await (const step of measureAccounts(Number(accounts), directory)) console.log(JSON.stringify(step));

import { Decimal } from '../../shared/kernel/decimal.js';
import type { ApiClient } from '../local/api-client.js';
import { batchesOf, type AggregationRun } from './bill-it.js';
import { readFiles, type TakenIn, type UsageFile } from './take-in.js';
import type { Screen } from './screen.js';

interface Checked {
  readonly api: ApiClient;
  readonly sandbox: ApiClient;
  readonly taken: readonly TakenIn[];
  readonly screen: Screen;
}

type Sums = ReadonlyMap<string, Decimal>;

/** The conservation laws, from what the API and the sandbox's own ledger say. @throws when one does not hold. */
export async function checkLaws({ api, sandbox, taken, screen }: Checked): Promise<void> {
  const files = await readFiles(api, taken);
  const laws = [...lawsOfRecords(files, taken), ...(await lawsOfMoney(api, sandbox, files))];
  for (const { says, holds } of laws) screen.line(`${holds ? 'holds ' : 'BROKEN'}  ${says}`);
  if (laws.some(({ holds }) => !holds)) throw new Error('A conservation law is broken');
}

interface Law {
  readonly says: string;
  readonly holds: boolean;
}

function lawsOfRecords(files: readonly UsageFile[], taken: readonly TakenIn[]): Law[] {
  const sum = (pick: (file: UsageFile) => number): number => files.reduce((total, file) => total + pick(file), 0);
  const lines = sum(({ phases }) => phases.parseAndLoad.total);
  const parts = {
    monetized: sum(({ phases }) => phases.rating.processed),
    suspended: sum(({ phases }) => phases.rating.suspended),
    ignored: sum(({ phases }) => phases.mediation.ignored),
    duplicate: sum(({ phases }) => phases.parseAndLoad.duplicate),
    error: sum(({ phases }) => phases.parseAndLoad.error + phases.mediation.error),
  };
  const total = Object.values(parts).reduce((a, b) => a + b, 0);
  const says = `lines read ${lines} = ${Object.entries(parts)
    .map(([name, count]) => `${count} ${name}`)
    .join(' + ')}`;
  const generated = files.every((file, index) => {
    const expected = taken[index]?.expected;
    if (expected === undefined) return true;
    const { parseAndLoad, mediation } = file.phases;
    return (
      parseAndLoad.total === expected.total &&
      parseAndLoad.duplicate === expected.duplicate &&
      parseAndLoad.error === expected.error &&
      mediation.ignored === expected.ignored
    );
  });
  return [
    { says, holds: lines === total && files.every(({ balance }) => balance.balanced) },
    ...(taken.some(({ expected }) => expected !== undefined)
      ? [{ says: 'each file holds exactly what the generator put in', holds: generated }]
      : []),
  ];
}

async function lawsOfMoney(api: ApiClient, sandbox: ApiClient, files: readonly UsageFile[]): Promise<Law[]> {
  const monetized = sumsOf(files.flatMap(({ money }) => Object.entries(money)));
  const runs: AggregationRun[] = [];
  for await (const run of api.all<AggregationRun>('/v1/aggregations', { status: 'COMPLETED' })) runs.push(run);
  const totals = runs.flatMap((run) => run.totals);
  const aggregated = sumsOf(totals.map(({ currency, monetized: amount }) => [currency, amount]));
  const lines = sumsOf(totals.map((total) => [total.currency, total.lines]));
  const carried = sumsOf(
    totals.map((total) => [
      total.currency,
      Decimal.parse(total.residualAfter).minus(Decimal.parse(total.residualBefore)).toString(),
    ]),
  );
  const ledger = await sandbox.get<{
    totals: Record<string, { amount: string; records: number }>;
    duplicates: unknown[];
  }>('/sandbox/ledger');
  const billed = sumsOf(Object.entries(ledger.totals).map(([currency, { amount }]) => [currency, amount]));
  const refused = (await batchesOf(api, 'all')).reduce((count, batch) => count + batch.error, 0);
  const laws: Law[] = [...monetized].map(([currency, amount]) => {
    const inLines = lines.get(currency) ?? Decimal.ZERO;
    const rest = carried.get(currency) ?? Decimal.ZERO;
    const pending = amount.minus(aggregated.get(currency) ?? Decimal.ZERO);
    return {
      says: `${currency}: monetized ${amount.toString()} = batches ${inLines.toString()} + carried on ${rest.toString()} + pending ${pending.toString()}`,
      holds: amount.equals(inLines.plus(rest).plus(pending)) && pending.isZero(),
    };
  });
  laws.push({
    says: `the billing system's own ledger: ${billedText(billed)}, to the cent`,
    holds: refused === 0 && sameSums(billed, lines),
  });
  const twice = ledger.duplicates.length;
  laws.push({ says: `records the billing system has twice: ${twice}`, holds: twice === 0 });
  return laws;
}

function sumsOf(entries: readonly (readonly [string, string])[]): Sums {
  const sums = new Map<string, Decimal>();
  for (const [currency, amount] of entries)
    sums.set(currency, (sums.get(currency) ?? Decimal.ZERO).plus(Decimal.parse(amount)));
  return sums;
}

function sameSums(a: Sums, b: Sums): boolean {
  return [...new Set([...a.keys(), ...b.keys()])].every((currency) =>
    (a.get(currency) ?? Decimal.ZERO).equals(b.get(currency) ?? Decimal.ZERO),
  );
}

function billedText(billed: Sums): string {
  if (billed.size === 0) return 'nothing';
  return [...billed].map(([currency, amount]) => `${amount.toString()} ${currency}`).join(', ');
}

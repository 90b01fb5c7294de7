import type { EndToEnd } from './end-to-end.js';
import type { Measurement } from './measurement.js';
import type { Spread } from './spread.js';

/** The first bars; a missed one is printed as missed. */
const BARS = { ratio: 0.35, memoryGrowth: 1.2, speedKept: 0.85, pageP99Ms: 50 };

export interface Verdict {
  readonly bar: string;
  readonly value: number | null;
  readonly limit: string;
  readonly met: boolean | null;
}

/** Holds the worst size against the bars, and the largest against the smallest where a bar compares sizes. */
export function verdicts(measurements: readonly Measurement[]): Verdict[] {
  const small = measurements[0]?.endToEnd;
  const large = measurements.at(-1);
  const growth =
    small === undefined || large?.endToEnd === undefined ? null : large.endToEnd.peakMemory / small.peakMemory;
  const kept =
    small === undefined || large?.endToEnd === undefined
      ? null
      : large.endToEnd.recordsPerSecond / small.recordsPerSecond;
  const worst = Math.max(...measurements.map(({ endToEnd }) => endToEnd?.pageP99Ms ?? 0));
  const lowest = Math.min(...measurements.map(({ ratio }) => ratio ?? Infinity));
  return [
    atLeast('end to end as a part of the floor', Number.isFinite(lowest) ? lowest : null, BARS.ratio),
    atMost('peak memory, largest against smallest', growth, BARS.memoryGrowth),
    atLeast('records/s, largest against smallest', kept, BARS.speedKept),
    atMost('list page while a file runs, p99 ms', small === undefined ? null : worst, BARS.pageP99Ms),
  ];
}

function atLeast(bar: string, value: number | null, limit: number): Verdict {
  return { bar, value: rounded(value), limit: `>= ${limit}`, met: value === null ? null : value >= limit };
}

function atMost(bar: string, value: number | null, limit: number): Verdict {
  return { bar, value: rounded(value), limit: `<= ${limit}`, met: value === null ? null : value <= limit };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}

type Row = [string, (measurement: Measurement) => string];

const SERVER_ROWS: readonly Row[] = [
  ['on servers: end to end, records/s', ({ server }) => whole(server?.endToEnd?.recordsPerSecond)],
  ['  mediation alone, records/s', ({ server }) => whole(server?.stages?.mediation.recordsPerSecond)],
  ['  rating alone, records/s', ({ server }) => whole(server?.stages?.rating.recordsPerSecond)],
  ['  projection alone, records/s', ({ server }) => whole(server?.stages?.projection.recordsPerSecond)],
  ['  peak memory, MiB', ({ server }) => whole(megabytes(server?.endToEnd))],
  ['  list page p50 / p99, ms', ({ server }) => pageTimes(server?.endToEnd)],
];

function megabytes(measured: EndToEnd | undefined): number | undefined {
  return measured === undefined ? undefined : measured.peakMemory / 1_048_576;
}

function pageTimes(measured: EndToEnd | undefined): string {
  return measured === undefined ? '-' : `${measured.pageP50Ms} / ${measured.pageP99Ms}`;
}

/** For people: one column per size. */
export function printTable(measurements: readonly Measurement[]): void {
  const rows: Row[] = [
    ['floor, records/s', ({ floor }) => whole(floor.recordsPerSecond)],
    ['  least / most', ({ spread }) => range(spread.floor, whole)],
    ['end to end, records/s', ({ endToEnd }) => whole(endToEnd?.recordsPerSecond)],
    ['  least / most', ({ spread }) => range(spread.endToEnd, whole)],
    ['  as a part of the floor', ({ ratio }) => (ratio === undefined ? '-' : ratio.toFixed(2))],
    ['  least / most', ({ spread }) => range(spread.ratio, (part) => part.toFixed(2))],
    ['  upload and seal, s', ({ endToEnd }) => endToEnd?.uploadSeconds.toFixed(2) ?? '-'],
    ['mediation alone, records/s', ({ stages }) => whole(stages?.mediation.recordsPerSecond)],
    ['rating alone, records/s', ({ stages }) => whole(stages?.rating.recordsPerSecond)],
    ['projection alone, records/s', ({ stages }) => whole(stages?.projection.recordsPerSecond)],
    ['peak memory, MiB', ({ endToEnd }) => whole(megabytes(endToEnd))],
    ['log, bytes per record', ({ endToEnd }) => endToEnd?.logBytesPerRecord?.toFixed(1) ?? '-'],
    ['read models, bytes per record', ({ endToEnd }) => endToEnd?.readModelBytesPerRecord?.toFixed(1) ?? '-'],
    ['list page p50 / p99, ms', ({ endToEnd }) => pageTimes(endToEnd)],
  ];
  if (measurements.some(({ server }) => server !== undefined)) rows.push(...SERVER_ROWS);
  console.log(
    ['', ...measurements.map(({ records }) => whole(records))].map((cell, index) => pad(cell, index)).join(''),
  );
  for (const [name, cell] of rows) {
    console.log([name, ...measurements.map(cell)].map((text, index) => pad(text, index)).join(''));
  }
  for (const { bar, value, limit, met } of verdicts(measurements)) {
    console.log(`${met === null ? '  ' : met ? 'ok' : 'NO'} ${bar}: ${value ?? '-'} (${limit})`);
  }
}

/** Of one run there is none. */
function range(spread: Spread | undefined, text: (value: number) => string): string {
  return spread === undefined || spread.least === spread.most ? '-' : `${text(spread.least)} / ${text(spread.most)}`;
}

function pad(text: string, index: number): string {
  return index === 0 ? text.padEnd(34) : text.padStart(16);
}

function whole(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toLocaleString('en-US');
}

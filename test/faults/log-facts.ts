import { canonicalJson } from '../../src/shared/kernel/canonical-json.js';
import type { FinalState } from './final-state.js';
import { named, replayTool, type Place } from './replay-tool.js';

interface LogEvent {
  readonly type: string;
  readonly position: number;
  readonly data: {
    readonly runId?: string;
    readonly partition?: number;
    readonly partitions?: number;
    readonly asked?: { readonly kind: string; readonly mode?: string };
    readonly head?: Head;
    readonly columns?: Readonly<Record<string, readonly unknown[]>>;
  };
}

interface Head {
  readonly runId?: string;
  readonly partition: number;
  readonly sources?: readonly { readonly fileId: string }[];
  readonly offers: readonly unknown[];
  readonly late?: readonly (readonly [row: number, booked: number])[];
}

/** A rating run, and at which positions its events stand. */
export interface RunInLog {
  readonly kind: string;
  readonly partitions: number;
  readonly requested: number;
  completed: number;
  /** By partition: of what came out, and of the event that ends its answer. */
  readonly rows: Map<number, number[]>;
  readonly answered: Map<number, number>;
}

const ROWS = {
  'UsageBatchRated.v1': 'rated',
  'UsageRerated.v1': 'rerated',
  'RerateProposed.v1': 'proposed',
  'NonUsageRated.v1': 'nonUsageRated',
} as const;
/** Revisions and rows of a stream are cut otherwise in another life. */
const PLACES = new Set(['old.revision', 'old.row', 'source', 'offer', 'old.offer', 'ordinal']);

/**
 * What the log itself says of money: every row of every version as its event has it, with its impacts and what it found
 * before; and what each partition answered to each run. One text each, sorted.
 */
export async function logFacts(place: Place): Promise<{ facts: FinalState; runs: readonly RunInLog[] }> {
  const facts: Record<string, string[]> = { rated: [], rerated: [], proposed: [], nonUsageRated: [], answered: [] };
  const runs = new Map<string, RunInLog>();
  const { code, output } = await replayTool(place, ['--events'], (line) => {
    if (!/"type":"(UsageBatchRated|UsageRerated|RerateProposed|NonUsageRated|RatingRun\w+)\.v1"/.test(line)) return;
    const event = JSON.parse(line) as LogEvent;
    note(runs, event);
    const numbers = [...runs.keys()];
    const name = ROWS[event.type as keyof typeof ROWS] as string | undefined;
    if (name !== undefined) facts[name]?.push(...rowsOf(event, numbers));
    else if (event.type !== 'RatingRunRequested.v1') facts['answered']?.push(answerOf(event, numbers));
  });
  if (code !== 0) throw new Error(`The events of ${named(place)} cannot be read:\n${output}`);
  return { facts: sorted(facts), runs: [...runs.values()] };
}

function sorted(facts: Readonly<Record<string, string[]>>): FinalState {
  return Object.fromEntries(Object.entries(facts).map(([name, texts]) => [name, texts.sort()]));
}

function* rowsOf({ data: { head, columns = {} } }: LogEvent, runs: readonly string[]): Iterable<string> {
  if (head === undefined) throw new Error('A chunk without a head');
  const { sources = [], offers, runId } = head;
  const late = new Map(head.late);
  const names = Object.keys(columns).filter((name) => !PLACES.has(name) && !name.startsWith('s.'));
  const rows = (columns['account'] ?? []).length;
  for (let row = 0; row < rows; row += 1) {
    const cell = (name: string): unknown => columns[name]?.[row];
    const facts = Object.fromEntries(names.map((name) => [name, cell(name)]));
    yield canonicalJson({
      ...facts,
      fileId: sources[Number(cell('source'))]?.fileId ?? null,
      offer: offers[Number(cell('offer'))] ?? null,
      oldOffer: offers[Number(cell('old.offer'))] ?? null,
      late: late.get(row) ?? null,
      run: runId === undefined ? null : runs.indexOf(runId),
    });
  }
}

/** Without what names places in the log: a hash of a proposal says which row of which event it is on. */
function answerOf({ type, data }: LogEvent, runs: readonly string[]): string {
  const { runId = '', ...said } = data;
  return canonicalJson({ ...said, through: null, hash: null, type, run: runs.indexOf(runId) });
}

function note(runs: Map<string, RunInLog>, { type, position, data }: LogEvent): void {
  const { runId = data.head?.runId ?? '', asked, partitions = 0 } = data;
  const partition = data.partition ?? data.head?.partition ?? 0;
  if (type === 'RatingRunRequested.v1') {
    const kind = [asked?.kind, asked?.mode].filter((word) => word !== undefined).join(' ');
    const run = { kind, partitions, requested: position, completed: Infinity, rows: new Map(), answered: new Map() };
    runs.set(runId, run);
    return;
  }
  const run = runs.get(runId);
  if (run === undefined) return;
  if (type === 'RatingRunCompleted.v1') run.completed = position;
  else if (type === 'RatingRunAnswered.v1') run.answered.set(partition, position);
  else run.rows.set(partition, [...(run.rows.get(partition) ?? []), position]);
}

/** How far a run was when the log ended there; undefined when it was not under way. */
export function cutShort(run: RunInLog, head: number): { answered: number; midway: number } | undefined {
  if (head < run.requested || head >= run.completed) return undefined;
  const hasAnswered = (partition: number): boolean => (run.answered.get(partition) ?? Infinity) <= head;
  const answered = [...run.answered.keys()].filter(hasAnswered).length;
  const begun = [...run.rows].filter(([, positions]) => positions.some((position) => position <= head));
  return { answered, midway: begun.filter(([partition]) => !hasAnswered(partition)).length };
}

import { zoneOffset } from '../../../shared/kernel/zone.js';
import { Random } from './random.js';
import { sampleKind, sampleServiceId } from './sample-accounts.js';

export const SAMPLE_SERVICES = ['voice', 'messages', 'data', 'tokens'] as const;
export type SampleService = (typeof SAMPLE_SERVICES)[number];

/** What became of how many lines, as the generator put them in: what Retally has to find. */
export interface ExpectedCounts {
  readonly total: number;
  readonly ignored: number;
  readonly duplicate: number;
  readonly error: number;
  readonly suspended: Readonly<Record<string, number>>;
}

export interface SampleOptions {
  readonly service: SampleService;
  readonly records: number;
  /** How many accounts the sample has; the usage is theirs. */
  readonly accounts: number;
  readonly seed?: number;
  /** Part of every record id, so that two samples share no record. */
  readonly batch?: string;
  /** First usage time; the sample spreads over the 28 days after it. */
  readonly from?: string;
}

type Flaw = 'UNKNOWN' | 'UNPRICED' | 'CANCELLED' | 'ERROR' | 'TEST' | 'DUPLICATE' | undefined;

const SPREAD_MS = 28 * 86_400_000;
const LINES_PER_PIECE = 1000;
/** Unknown service ids come from this many numbers nobody has. */
const UNKNOWN_IDS = 3;

/** The service ids of the sample's usage that no account has: numbers, and API keys. */
export function unknownServiceIds(kind: 'MOBILE' | 'AI'): string[] {
  return Array.from({ length: UNKNOWN_IDS }, (_, index) =>
    kind === 'AI' ? `sk-late-${index}` : `49159999999${index}`,
  );
}

/** Which line is spoilt in which way: by its number, so that the counts are exact for every size. */
function flawOf(line: number): Flaw {
  switch (line % 1000) {
    case 17:
    case 517:
      return 'UNKNOWN';
    case 133:
      return 'UNPRICED';
    case 251:
      return 'CANCELLED';
    case 371:
      return 'ERROR';
    case 499:
      return 'TEST';
    case 621:
      return 'DUPLICATE';
    default:
      return undefined;
  }
}

/** A usage file of a made-up but plausible source: deterministic, with flaws in exactly countable numbers. */
export class SampleUsage {
  private readonly random: Random;
  private readonly startAt: number;
  private readonly ids: Readonly<Record<'MOBILE' | 'AI' | 'UNPRICED' | 'CANCELLED', string[]>>;

  constructor(private readonly options: SampleOptions) {
    this.random = new Random(options.seed ?? 1);
    this.startAt = Date.parse(options.from ?? '2026-10-01T00:00:00Z');
    this.ids = { MOBILE: [], AI: [], UNPRICED: [], CANCELLED: [] };
    for (let account = 0; account < options.accounts; account += 1)
      this.ids[sampleKind(account)].push(sampleServiceId(account));
    if (this.ids.MOBILE.length === 0 || this.ids.AI.length === 0)
      throw new Error('A sample needs at least 10 accounts');
  }

  get fileName(): string {
    return `${this.options.service}-${this.options.batch ?? 'a'}-${this.options.records}.csv`;
  }

  /** Whether the accounts of the sample include one of each kind that must be suspended. */
  get expected(): ExpectedCounts {
    const counts = { ignored: 0, duplicate: 0, error: 0 };
    const suspended: Record<string, number> = {};
    const suspend = (code: string): void => void (suspended[code] = (suspended[code] ?? 0) + 1);
    for (let line = 0; line < this.options.records; line += 1) {
      const flaw = flawOf(line);
      if (flaw === 'ERROR') counts.error += 1;
      else if (flaw === 'TEST') counts.ignored += 1;
      else if (flaw === 'DUPLICATE') counts.duplicate += 1;
      else if (flaw === 'UNKNOWN') suspend('SERVICE_NOT_FOUND');
      else if (flaw === 'UNPRICED' && this.options.service !== 'tokens') suspend('PRICING_NOT_CONFIGURED');
      else if (flaw === 'CANCELLED' && this.options.service !== 'tokens') suspend('ACCOUNT_NOT_ACTIVE');
    }
    return { total: this.options.records, ...counts, suspended };
  }

  /** The file's bytes, in pieces of about a thousand lines. */
  *pieces(): Generator<Buffer> {
    let text = `${HEADERS[this.options.service]}\n`;
    let previous = '';
    for (let line = 0; line < this.options.records; line += 1) {
      const flaw = flawOf(line);
      const current = flaw === 'DUPLICATE' ? previous : this.line(line, flaw);
      text += `${current}\n`;
      previous = current;
      if ((line + 1) % LINES_PER_PIECE === 0) {
        yield Buffer.from(text, 'utf8');
        text = '';
      }
    }
    if (text !== '') yield Buffer.from(text, 'utf8');
  }

  private line(line: number, flaw: Flaw): string {
    const at = this.startAt + Math.floor((line / this.options.records) * SPREAD_MS) + this.random.between(0, 999);
    const id = `${this.options.batch ?? 'a'}${line.toString().padStart(8, '0')}`;
    return LINES[this.options.service]({
      id,
      at,
      who: this.serviceId(flaw),
      flag: flaw === 'TEST' ? 'TEST' : '',
      spoil: flaw === 'ERROR',
      random: this.random,
    });
  }

  private serviceId(flaw: Flaw): string {
    const usual = this.options.service === 'tokens' ? this.ids.AI : this.ids.MOBILE;
    if (flaw === 'UNKNOWN') {
      const unknown = unknownServiceIds(this.options.service === 'tokens' ? 'AI' : 'MOBILE');
      return unknown[this.random.between(0, UNKNOWN_IDS - 1)] ?? '';
    }
    const odd = flaw === 'UNPRICED' || flaw === 'CANCELLED' ? this.ids[flaw] : [];
    const ids = this.options.service === 'tokens' || odd.length === 0 ? usual : odd;
    return ids[this.random.between(0, ids.length - 1)] ?? '';
  }
}

interface LineParts {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  readonly flag: string;
  readonly spoil: boolean;
  readonly random: Random;
}

const HEADERS: Readonly<Record<SampleService, string>> = {
  voice: 'cdr;started;caller;callee;seconds;flag',
  messages: 'id,sent,sender,recipient,parts,flag',
  data: 'record\tclosed\tmsisdn\tapn\tbytes\tflag',
  tokens: 'request_id,time,api_key,model,input_tokens,output_tokens,flag',
};

const LINES: Readonly<Record<SampleService, (parts: LineParts) => string>> = {
  voice: ({ id, at, who, flag, spoil, random }) => {
    const callee = `49${random.between(30, 99)}${random.between(100_000, 9_999_999)}`;
    const seconds = random.skewed(1, 5400);
    return `v${id};"${berlinTime(at)}";${who};${callee};${spoil ? 'n/a' : seconds};${flag}`;
  },
  messages: ({ id, at, who, flag, spoil, random }) => {
    const recipient = `4917${random.between(10_000_000, 99_999_999)}`;
    return `m${id},${new Date(at).toISOString()},${who},${recipient},${spoil ? 'x' : random.skewed(1, 5)},${flag}`;
  },
  data: ({ id, at, who, flag, spoil, random }) => {
    const bytes = random.skewed(2_000, 800_000_000);
    return `d${id}\t${Math.floor(at / 1000)}\t${who}\tinternet\t${spoil ? '12,5' : bytes}\t${flag}`;
  },
  tokens: ({ id, at, who, flag, spoil, random }) => {
    const model = random.next() < 0.3 ? 'large' : 'small';
    const input = random.skewed(20, 8_000);
    return `r${id},${new Date(at).toISOString()},${who},"${model}",${spoil ? '-' : input},${random.skewed(1, 1_500)},${flag}`;
  },
};

let cachedHour = -1;
let cachedOffset = 0;

/** Wall-clock time as the switch writes it; the zone's offset is asked once per hour. */
function berlinTime(at: number): string {
  const hour = Math.floor(at / 3_600_000);
  if (hour !== cachedHour) {
    cachedHour = hour;
    cachedOffset = zoneOffset('Europe/Berlin', at);
  }
  const text = new Date(at + cachedOffset).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

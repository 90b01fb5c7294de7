/** What a client can call. */
export type CallKind = 'append' | 'read' | 'subscription' | 'features' | 'gossip';

/** A call as a rule sees it. */
export interface CallSeen {
  readonly kind: CallKind;
  /** The stream appended to or read; absent for $all. */
  readonly stream?: string;
  /** Types of the events to append, in order. */
  readonly types?: readonly string[];
  /** The how-manieth call of its kind, from 1. */
  readonly number: number;
}

export type RefusalStatus =
  'UNAVAILABLE' | 'RESOURCE_EXHAUSTED' | 'ABORTED' | 'CANCELLED' | 'DEADLINE_EXCEEDED' | 'UNKNOWN';

/**
 * What a struck call suffers.
 *
 * - `lose-answer` (append): written, never acknowledged; the connection is cut, or the answer never comes.
 * - `cut`: the connection is cut; an append before anything is written, a read or subscription after `afterEvents` events.
 * - `delay`: goes on as usual after `ms`.
 * - `not-leader`: as a node that lost the leadership answers; the client goes to `host`:`port`.
 * - `refuse`: the status, nothing done.
 * - `hang`: accepted and never answered, nothing done; the connection stays alive and answers keepalive pings.
 * - `go-silent` (read, subscription): begins as usual and stays open, but after `afterEvents` events nothing comes any more:
 *   neither an event, nor a checkpoint, nor the end.
 */
export type FaultEffect =
  | { readonly kind: 'lose-answer'; readonly how: 'cut' | 'silence' }
  | { readonly kind: 'cut'; readonly afterEvents?: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'not-leader'; readonly host: string; readonly port: number }
  | { readonly kind: 'refuse'; readonly status: RefusalStatus; readonly message?: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'go-silent'; readonly afterEvents?: number };

export interface FaultRule {
  readonly on: CallKind | readonly CallKind[];
  readonly effect: FaultEffect;
  /** Calls it strikes at most; default 1, `Infinity` until removed. */
  readonly times?: number;
  /** Strikes only calls for which this is true; default all of the kind. */
  readonly when?: (call: CallSeen) => boolean;
}

/** A rule at work. */
export interface Fault {
  /** Calls it has struck so far. */
  readonly struck: number;
  /** Resolves once it has struck so many calls (default 1). */
  hasStruck(times?: number): Promise<void>;
  /** Takes the rule away; what it struck stays struck. */
  remove(): void;
}

class RuleAtWork implements Fault {
  struck = 0;
  private waiting: { readonly times: number; readonly done: () => void }[] = [];

  constructor(
    private readonly rule: FaultRule,
    readonly remove: () => void,
  ) {}

  get effect(): FaultEffect {
    return this.rule.effect;
  }

  hasStruck(times = 1): Promise<void> {
    if (this.struck >= times) return Promise.resolve();
    return new Promise((done) => this.waiting.push({ times, done }));
  }

  strikes(call: CallSeen): boolean {
    if (this.struck >= (this.rule.times ?? 1)) return false;
    if (![this.rule.on].flat().includes(call.kind) || this.rule.when?.(call) === false) return false;
    this.struck += 1;
    for (const waiter of this.waiting) if (waiter.times <= this.struck) waiter.done();
    this.waiting = this.waiting.filter(({ times }) => times > this.struck);
    return true;
  }
}

/** The rules by which calls fail. A call suffers the first rule that matches it, in the order they were added. */
export class Faults {
  private rules: RuleAtWork[] = [];
  private readonly calls = new Map<CallKind, number>();

  /** @throws RangeError when the effect cannot happen to such a call. */
  add(rule: FaultRule): Fault {
    for (const kind of [rule.on].flat()) refuseImpossible(kind, rule.effect);
    const atWork = new RuleAtWork(rule, () => {
      this.rules = this.rules.filter((other) => other !== atWork);
    });
    this.rules.push(atWork);
    return atWork;
  }

  clear(): void {
    this.rules = [];
  }

  /** Calls of a kind so far, struck or not. */
  callsOf(kind: CallKind): number {
    return this.calls.get(kind) ?? 0;
  }

  /** Counts the call; what it suffers, if anything. */
  strike(call: Omit<CallSeen, 'number'>): FaultEffect | undefined {
    const number = this.callsOf(call.kind) + 1;
    this.calls.set(call.kind, number);
    return this.rules.find((rule) => rule.strikes({ ...call, number }))?.effect;
  }
}

function refuseImpossible(kind: CallKind, effect: FaultEffect): void {
  if (effect.kind === 'lose-answer' && kind !== 'append') {
    throw new RangeError(`lose-answer happens to an append, not to a call of kind ${kind}: use cut or hang`);
  }
  if (effect.kind === 'go-silent' && kind !== 'subscription' && kind !== 'read') {
    throw new RangeError(`go-silent happens to a read or a subscription, not to a call of kind ${kind}: use hang`);
  }
}

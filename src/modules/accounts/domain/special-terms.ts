import type { SpecialEvent } from './events.js';
import { specialKey } from './special-key.js';

/** What was paid in advance, for usage in [from, to). */
export interface TopUp {
  readonly reference: string;
  /** A currency, or an allowance. */
  readonly resource: string;
  /** Decimal text. */
  readonly quantity: string;
  readonly from: number;
  /** Infinity: it does not expire. */
  readonly to: number;
}

/** Steps agreed for one charge of one offer, for usage in [from, to). */
export interface CustomRates {
  /** Of the fact in the account's stream: with it the log says for ever which steps these were. */
  readonly revision: number;
  /** Undefined: of every subscription of the account. */
  readonly subscription: string | undefined;
  readonly priceOfferId: string;
  readonly charge: string;
  /** Null: the offer's own steps, from here on. */
  readonly steps: readonly unknown[] | null;
  readonly from: number;
  readonly to: number;
}

/** Money given as an allowance in every billing cycle, for usage in [from, to). */
export interface Commitment {
  readonly allowance: string;
  /** Null: nothing any more, from here on. */
  readonly granted: { readonly amount: string; readonly currency: string } | null;
  readonly from: number;
  readonly to: number;
}

/** What one subscription has beside the catalog. Lists of dated facts, the latest start first. */
export interface SpecialTerms {
  readonly topUps: readonly TopUp[];
  readonly customRates: readonly CustomRates[];
  readonly commitments: readonly Commitment[];
}

/** What may be used at a usage time: what expires first before what expires later, then what came first. */
export function topUpsAt({ topUps }: SpecialTerms, at: number): readonly TopUp[] {
  return topUps
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => compare(a.to, b.to) || a.from - b.from || (a.reference < b.reference ? -1 : 1));
}

/** By charge, the steps in force for an offer: those of the subscription before those of its account. */
export function customRatesAt({ customRates }: SpecialTerms, priceOfferId: string, at: number): readonly CustomRates[] {
  const ofOffer = customRates.filter((rates) => rates.priceOfferId === priceOfferId);
  const found: CustomRates[] = [];
  for (const charge of new Set(ofOffer.map((rates) => rates.charge))) {
    const ofCharge = ofOffer.filter((rates) => rates.charge === charge);
    const own = inForce(ofCharge, at, ({ subscription }) => subscription !== undefined);
    const ofAccount = inForce(ofCharge, at, ({ subscription }) => subscription === undefined);
    const rates = [own, ofAccount].find((candidate) => candidate !== undefined && candidate.steps !== null);
    if (rates !== undefined) found.push(rates);
  }
  return found.sort((a, b) => a.revision - b.revision);
}

/** By allowance, what is given for the billing cycle of a usage time; by name, so that the order is always the same. */
export function commitmentsAt({ commitments }: SpecialTerms, at: number): readonly Commitment[] {
  const names = [...new Set(commitments.map(({ allowance }) => allowance))].sort();
  return names.flatMap((name) => {
    const found = inForce(commitments, at, ({ allowance }) => allowance === name);
    return found === undefined || found.granted === null ? [] : [found];
  });
}

interface Dated {
  readonly from: number;
  readonly to: number;
}

/** The fact with the latest start that holds at an instant. */
function inForce<Fact extends Dated>(
  facts: readonly Fact[],
  at: number,
  counts: (fact: Fact) => boolean,
): Fact | undefined {
  return facts.find((fact) => counts(fact) && fact.from <= at && at < fact.to);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** A fact and its place in the stream of its account. */
interface Said {
  readonly revision: number;
  readonly event: SpecialEvent;
}

/** For a snapshot: number of the account, revision, event. */
export type SpecialTermsState = readonly (readonly [account: number, revision: number, event: SpecialEvent])[];

/** The special terms of all accounts of a tenant. Few have any: those that have none take nothing. */
export class SpecialTermsBook {
  /** By number of the account; then by what it is about and its start, of which only what was said last is known. */
  private readonly accounts = new Map<number, Map<string, Said>>();

  /** @param account its number. @param revision of the event in the account's stream. */
  put(account: number, revision: number, event: SpecialEvent): void {
    const said = this.accounts.get(account) ?? new Map<string, Said>();
    if (said.size === 0) this.accounts.set(account, said);
    said.set(`${specialKey(event)}\n${event.data.effectiveFrom}`, { revision, event });
  }

  /** Of one subscription; undefined when it has none. */
  of(account: number, subscription: string): SpecialTerms | undefined {
    const said = this.accounts.get(account);
    if (said === undefined) return undefined;
    const topUps: TopUp[] = [];
    const customRates: CustomRates[] = [];
    const commitments: Commitment[] = [];
    for (const { revision, event } of said.values()) {
      const { data } = event;
      if (data.subscription !== undefined && data.subscription !== subscription) continue;
      if (event.type === 'TopUpMade.v1') topUps.push(topUpOf(event.data));
      else if (event.type === 'CommitmentDefined.v1' || event.type === 'CommitmentEnded.v1') {
        commitments.push(commitmentOf(event.data));
      } else customRates.push(customRatesOf(revision, event.data));
    }
    if (topUps.length + customRates.length + commitments.length === 0) return undefined;
    return { topUps, customRates: customRates.sort(latestFirst), commitments: commitments.sort(latestFirst) };
  }

  toJSON(): SpecialTermsState {
    return [...this.accounts].flatMap(([account, said]) =>
      Array.from(
        said.values(),
        ({ revision, event: { type, data } }) => [account, revision, { type, data } as SpecialEvent] as const,
      ),
    );
  }

  static fromJSON(state: SpecialTermsState): SpecialTermsBook {
    const book = new SpecialTermsBook();
    for (const [account, revision, event] of state) book.put(account, revision, event);
    return book;
  }
}

type DataOf<Type extends SpecialEvent['type']> = Extract<SpecialEvent, { type: Type }>['data'];

function topUpOf({ reference, resource, quantity, effectiveFrom, expires }: DataOf<'TopUpMade.v1'>): TopUp {
  return { reference, resource, quantity, from: effectiveFrom, to: expires ?? Infinity };
}

function customRatesOf(
  revision: number,
  data: DataOf<'CustomRatesDefined.v1'> | DataOf<'CustomRatesEnded.v1'>,
): CustomRates {
  const { subscription, priceOfferId, charge, effectiveFrom: from } = data;
  const steps = 'steps' in data ? data.steps : null;
  const to = 'steps' in data ? (data.effectiveTo ?? Infinity) : Infinity;
  return { revision, subscription, priceOfferId, charge, steps, from, to };
}

function commitmentOf(data: DataOf<'CommitmentDefined.v1'> | DataOf<'CommitmentEnded.v1'>): Commitment {
  const { allowance, effectiveFrom: from } = data;
  if (!('amount' in data)) return { allowance, granted: null, from, to: Infinity };
  const { amount, currency, effectiveTo = Infinity } = data;
  return { allowance, granted: { amount, currency }, from, to: effectiveTo };
}

function latestFirst(a: Dated, b: Dated): number {
  return b.from - a.from;
}

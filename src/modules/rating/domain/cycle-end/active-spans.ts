/** Terms that hold for [from, to), epoch ms; `to` may be Infinity. Equal terms are one object. */
export interface Spanned<Terms> {
  readonly from: number;
  readonly to: number;
  readonly terms: Terms;
}

export interface AccountSays {
  readonly status: string;
  readonly currency: string;
  readonly billingDay: number;
  readonly timeZone: string;
}

export interface SubscriptionSays {
  readonly status: string;
  readonly plan: string;
  readonly rateSchedule: string;
  /** Absent = 1. */
  readonly units?: string;
}

/** A subscription and its account over time, each ascending and without a gap. */
export interface Life {
  readonly accountTerms: readonly Spanned<AccountSays>[];
  readonly terms: readonly Spanned<SubscriptionSays>[];
}

/** A time in which subscription and account are both active, on terms that do not change in it. */
export interface ActiveSpan {
  readonly from: number;
  readonly to: number;
  readonly account: AccountSays;
  readonly subscription: SubscriptionSays;
}

const ACTIVE = 'ACTIVE';

/**
 * When a subscription pays for being there: while it and its account are ACTIVE. What is suspended or cancelled is not
 * used (its usage is suspended), so it is not paid for either.
 *
 *     account        [---- ACTIVE --------------------------[ SUSPENDED
 *     subscription        [-- ACTIVE --[ SUSP. [-- ACTIVE ------------->
 *     active              [============)       [============)
 */
export function activeSpans({ accountTerms, terms }: Life): readonly ActiveSpan[] {
  const spans: ActiveSpan[] = [];
  for (const said of terms) {
    if (said.terms.status !== ACTIVE) continue;
    for (const holder of accountTerms) {
      const from = Math.max(said.from, holder.from);
      const to = Math.min(said.to, holder.to);
      if (from >= to || holder.terms.status !== ACTIVE) continue;
      addSpan(spans, { from, to, account: holder.terms, subscription: said.terms });
    }
  }
  return spans;
}

/** What is said again as it was does not begin anything. */
function addSpan(spans: ActiveSpan[], span: ActiveSpan): void {
  const last = spans.at(-1);
  const goesOn = last?.to === span.from && last.account === span.account && last.subscription === span.subscription;
  if (goesOn) spans[spans.length - 1] = { ...last, to: span.to };
  else spans.push(span);
}

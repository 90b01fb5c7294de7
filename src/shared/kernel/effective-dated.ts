/** A fact that holds from an instant (epoch ms, inclusive) until the next one of its kind begins. */
export interface EffectiveDated {
  readonly effectiveFrom: number;
}

/**
 * The fact in force at an instant: the one with the latest start that is not after it.
 *
 *     facts      A              B         C
 *                [--------------[---------[------------->
 *     at            ^ A         ^ B          ^ C             before A: none
 *
 * @param facts ascending by `effectiveFrom`, as `addFact` keeps them. Few per object, so a walk from the end is quickest.
 */
export function factAt<Fact extends EffectiveDated>(facts: readonly Fact[], at: number): Fact | undefined {
  for (let index = facts.length - 1; index >= 0; index -= 1) {
    const fact = facts[index];
    if (fact !== undefined && fact.effectiveFrom <= at) return fact;
  }
  return undefined;
}

/** Where the fact in force at an instant stops holding: the start of the next one, or Infinity. */
export function nextChangeAfter(facts: readonly EffectiveDated[], at: number): number {
  for (const fact of facts) if (fact.effectiveFrom > at) return fact.effectiveFrom;
  return Infinity;
}

/**
 * Puts a fact in its place (in the array given). One with the same start replaces the earlier knowledge of it; one that
 * arrives late but starts earlier does not hide a later one.
 */
export function addFact<Fact extends EffectiveDated>(facts: Fact[], fact: Fact): void {
  let index = facts.length;
  while (index > 0 && (facts[index - 1]?.effectiveFrom ?? -Infinity) >= fact.effectiveFrom) index -= 1;
  const replaces = facts[index]?.effectiveFrom === fact.effectiveFrom ? 1 : 0;
  facts.splice(index, replaces, fact);
}

/** The same with a list of its own; none there yet is an empty one. */
export function withFact<Fact extends EffectiveDated>(facts: readonly Fact[] | undefined, fact: Fact): readonly Fact[] {
  const all = [...(facts ?? [])];
  addFact(all, fact);
  return all;
}

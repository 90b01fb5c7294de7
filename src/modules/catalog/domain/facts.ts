import { addFact, factAt } from '../../../shared/kernel/effective-dated.js';

/** The effective-dated facts about the objects of one kind, by their id. */
export class Facts<Fact extends { readonly effectiveFrom: number }> {
  private readonly byId = new Map<string, Fact[]>();

  constructor(private readonly idOf: (fact: Fact) => string) {}

  add(fact: Fact): void {
    const id = this.idOf(fact);
    const facts = this.byId.get(id);
    if (facts === undefined) this.byId.set(id, [fact]);
    else addFact(facts, fact);
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  at(id: string, at: number): Fact | undefined {
    const facts = this.byId.get(id);
    return facts === undefined ? undefined : factAt(facts, at);
  }

  latest(): Fact[] {
    return [...this.byId.values()].flatMap((facts) => facts.slice(-1));
  }

  all(): Fact[] {
    return [...this.byId.values()].flat();
  }
}

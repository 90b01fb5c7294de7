import type { ByteReader, ByteWriter } from '../../../shared/kernel/byte-stream.js';
import { withRoom } from '../../../shared/kernel/growing.js';
import { Interned } from './interned.js';

/** Terms in force at an instant: for [from, to), as far as the terms go. */
export interface TermsInForce<Terms> {
  readonly terms: Terms;
  readonly from: number;
  readonly to: number;
}

/**
 * Effective-dated facts of many holders (accounts, subscriptions), in columns: a fact holds from its start until the next
 * one of its holder begins. Of equal starts, what was said last counts.
 *
 *     latest   by holder:  the fact with the latest start, +1; 0 for none
 *     facts    by fact:    start (epoch ms), number of its terms, the fact before it in time +1
 */
export class DatedTerms<Terms extends object> {
  private readonly terms = new Interned<Terms>((terms) => Object.values(terms).join('\n'));
  private latest = new Uint32Array(16);
  private from = new Float64Array(16);
  private termsOf = new Uint32Array(16);
  private earlier = new Uint32Array(16);
  private count = 0;

  put(holder: number, from: number, terms: Terms): void {
    this.putNumber(holder, from, this.terms.numberOf(terms));
  }

  /** The terms of a holder at an instant; undefined before the first of them. */
  at(holder: number, at: number): TermsInForce<Terms> | undefined {
    let to = Infinity;
    for (let fact = this.latest[holder] ?? 0; fact !== 0; fact = this.earlier[fact - 1] ?? 0) {
      const from = this.from[fact - 1] ?? 0;
      if (from <= at) return { terms: this.terms.at(this.termsOf[fact - 1] ?? 0), from, to };
      to = from;
    }
    return undefined;
  }

  /** All that was ever said of a holder, ascending: each holds until the next begins, the last one without an end. */
  all(holder: number): readonly TermsInForce<Terms>[] {
    const found: TermsInForce<Terms>[] = [];
    let to = Infinity;
    for (let fact = this.latest[holder] ?? 0; fact !== 0; fact = this.earlier[fact - 1] ?? 0) {
      const from = this.from[fact - 1] ?? 0;
      found.push({ terms: this.terms.at(this.termsOf[fact - 1] ?? 0), from, to });
      to = from;
    }
    return found.reverse();
  }

  /** @param holders how many there are. */
  write(writer: ByteWriter, holders: number): void {
    writer.text(JSON.stringify(this.terms.all()));
    let before = 0;
    for (let holder = 0; holder < holders; holder += 1) {
      const first = this.latest[holder] ?? 0;
      let facts = 0;
      for (let fact = first; fact !== 0; fact = this.earlier[fact - 1] ?? 0) facts += 1;
      writer.varint(facts);
      for (let fact = first; fact !== 0; fact = this.earlier[fact - 1] ?? 0) {
        const from = this.from[fact - 1] ?? 0;
        writer.instant(from, before);
        writer.varint(this.termsOf[fact - 1] ?? 0);
        before = from;
      }
    }
  }

  read(reader: ByteReader, holders: number): void {
    for (const terms of JSON.parse(reader.text()) as Terms[]) this.terms.numberOf(terms);
    let from = 0;
    for (let holder = 0; holder < holders; holder += 1) {
      for (let facts = reader.varint(); facts > 0; facts -= 1) {
        from = reader.instant(from);
        this.putNumber(holder, from, reader.varint());
      }
    }
  }

  private putNumber(holder: number, from: number, terms: number): void {
    this.latest = withRoom(this.latest, holder + 1);
    let later = 0;
    let fact = this.latest[holder] ?? 0;
    while (fact !== 0 && (this.from[fact - 1] ?? 0) > from) [later, fact] = [fact, this.earlier[fact - 1] ?? 0];
    if (fact !== 0 && this.from[fact - 1] === from) {
      this.termsOf[fact - 1] = terms;
      return;
    }
    const made = this.newFact(from, terms, fact);
    if (later === 0) this.latest[holder] = made;
    else this.earlier[later - 1] = made;
  }

  private newFact(from: number, terms: number, earlier: number): number {
    const at = this.count;
    this.from = withRoom(this.from, at + 1);
    this.termsOf = withRoom(this.termsOf, at + 1);
    this.earlier = withRoom(this.earlier, at + 1);
    this.from[at] = from;
    this.termsOf[at] = terms;
    this.earlier[at] = earlier;
    return (this.count += 1);
  }
}

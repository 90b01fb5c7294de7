/** Equal values once, each under a number: millions of facts name a few dozen different terms. */
export class Interned<Value> {
  private readonly numbers = new Map<string, number>();
  private readonly values: Value[] = [];

  /** @param keyOf equal for equal values. */
  constructor(private readonly keyOf: (value: Value) => string) {}

  numberOf(value: Value): number {
    const key = this.keyOf(value);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }

  /** @throws when no value has the number: the state it comes from is damaged. */
  at(number: number): Value {
    const value = this.values[number];
    if (value === undefined) throw new RangeError(`There is no value ${number}, only ${this.values.length}`);
    return value;
  }

  all(): readonly Value[] {
    return this.values;
  }
}

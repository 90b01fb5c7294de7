/**
 * What was carried over out of one billing cycle: so many cycles before, its start, what it was granted now as it had no
 * use (else null), and what was taken, by the age it had there.
 */
export type Carry = readonly [
  allowance: string,
  cyclesBefore: number,
  period: number,
  granted: string | null,
  taken: readonly (readonly [age: number, quantity: string])[],
];

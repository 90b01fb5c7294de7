/** Reads settings one by one and remembers every complaint, so that a person sees all of them at once. */
export class EnvReader {
  readonly problems: string[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly env: Readonly<Record<string, string | undefined>>) {}

  /** An empty value counts as not set: that is what `NAME=` in a compose file means. */
  optional(name: string): string | undefined {
    this.known.add(name);
    const value = this.env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  text(name: string, fallback: string): string {
    return this.optional(name) ?? fallback;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.problems.push(`${name}="${value}" must be a whole number from ${min} to ${max} (default ${fallback})`);
    return fallback;
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.text(name, fallback);
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    this.problems.push(`${name}="${value}" must be one of ${choices.join(', ')} (default ${fallback})`);
    return fallback;
  }

  /** Comma-separated, without blanks and repetitions. */
  list(name: string, fallback: readonly string[]): string[] {
    const value = this.optional(name);
    if (value === undefined) return [...fallback];
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return [...new Set(items)];
  }

  /** A misspelt setting is silently its default, which may cost money: so it is refused. */
  refuseUnknown(prefix: string, others: readonly string[]): void {
    for (const name of Object.keys(this.env).sort()) {
      if (!name.startsWith(prefix) || this.known.has(name) || others.some((other) => name.startsWith(other))) continue;
      this.problems.push(`${name} is not a setting of Retally: they are listed in src/shared/config/README.md`);
    }
  }
}

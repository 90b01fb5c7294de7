const BAR = 28;

/** The terminal: titles, lines, tables, and bars that move where there is somebody to look. */
export class Screen {
  private readonly moving = process.stdout.isTTY;
  private drawn = 0;
  private readonly started = performance.now();

  title(text: string): void {
    this.line('');
    this.line(`── ${text} ${'─'.repeat(Math.max(3, 76 - text.length))}`);
  }

  line(text: string): void {
    console.log(text);
  }

  /** Seconds since the demo began. */
  elapsed(): string {
    return `${((performance.now() - this.started) / 1000).toFixed(1)} s`;
  }

  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.line(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  }

  /** Draws all bars anew over the ones before; without a terminal nothing moves and `settle` prints the end. */
  bars(bars: readonly Bar[]): void {
    if (!this.moving) return;
    if (this.drawn > 0) process.stdout.write(`\x1b[${this.drawn}A`);
    for (const bar of bars) process.stdout.write(`\x1b[2K${barLine(bar)}\n`);
    this.drawn = bars.length;
  }

  /** The last word of the bars. */
  settle(bars: readonly Bar[]): void {
    this.bars(bars);
    if (!this.moving) for (const bar of bars) this.line(barLine(bar));
    this.drawn = 0;
  }

  /** Columns of text; numbers stand to the right. */
  table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    const cells = [header, ...rows].map((row) =>
      row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)),
    );
    const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
    const right = header.map((_, column) =>
      rows.every((row) => /^-?[\d.,]+( [A-Z]{3})?$/.test(String(row[column] ?? ''))),
    );
    for (const row of cells) {
      this.line(
        row
          .map((cell, column) => pad(cell, widths[column] ?? 0, right[column] === true))
          .join('  ')
          .trimEnd(),
      );
    }
  }
}

export interface Bar {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

function barLine({ name, done, total }: Bar): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(part * BAR);
  const count = `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
  return `${name.padEnd(16)} ${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${`${Math.floor(part * 100)} %`.padStart(5)}  ${count}`;
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

/** Requests under way, so that a stop can let them finish before the connections are closed. */
export class HttpActivity {
  private underWay = 0;
  private waiting: (() => void)[] = [];

  began(): void {
    this.underWay += 1;
  }

  ended(): void {
    this.underWay -= 1;
    if (this.underWay > 0) return;
    for (const done of this.waiting.splice(0)) done();
  }

  /** Resolves when nothing is under way, or after `ms`: a progress stream never ends by itself. */
  async idle(ms: number): Promise<void> {
    if (this.underWay === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      this.waiting.push(resolve);
    });
    clearTimeout(timer);
  }
}

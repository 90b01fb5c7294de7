import type { Insistence } from './insistence.js';
import { CORRECTED_PRICE, LATE_FILE, MONTH_FILES, MONTH_OFFER, monthUpload, type MonthFile } from './month-plan.js';

interface Rerate {
  readonly runId: string;
  readonly status: string;
  readonly hash: string | null;
}

const FEBRUARY = '2025-03-15T00:00:00Z';
const SELECTION = { priceOfferId: MONTH_OFFER };

/** What is done with usage that is rated already: runs over billing cycles, and a price that was wrong. */
export class MonthJob {
  private previewed: Rerate | undefined;

  constructor(private readonly insistence: Insistence) {}

  /** Both months; answers the files. */
  async upload(): Promise<string[]> {
    const fileIds: string[] = [];
    for (const file of MONTH_FILES) fileIds.push(await this.send(file));
    return fileIds;
  }

  /** What is charged by VOLUME, at what its billing cycles came to. */
  async secondPass(key = 'second-pass'): Promise<void> {
    await this.cycleRun('SECOND_PASS', key);
  }

  async propose(): Promise<void> {
    await this.insistence.ask((api) =>
      api.put(`/v1/price-offers/${MONTH_OFFER}/pricing`, CORRECTED_PRICE, { 'idempotency-key': 'corrected-price' }),
    );
    this.previewed = await this.rerate({ mode: 'PREVIEW', selection: SELECTION }, 'preview');
  }

  async commit(): Promise<void> {
    if (this.previewed === undefined) throw new Error('What is committed must have been proposed');
    const { runId, hash } = this.previewed;
    await this.rerate({ mode: 'COMMIT', previewId: runId, previewHash: hash }, 'commit');
  }

  async closeCycles(key = 'close-cycles'): Promise<void> {
    await this.cycleRun('CYCLE_END', key);
  }

  /** Usage of cycles that are closed, and both runs once more for what it changes. */
  async takeLate(): Promise<void> {
    await this.insistence.rated([await this.send(LATE_FILE)]);
    await this.secondPass('second-pass-late');
    await this.closeCycles('close-cycles-late');
  }

  private async send(file: MonthFile): Promise<string> {
    const { name, blob, fields } = monthUpload(file);
    const headers = { 'idempotency-key': `upload-${name}` };
    const { fileId } = await this.insistence.ask((api) =>
      api.upload<{ fileId: string }>('/v1/usage-files', blob, name, fields, headers),
    );
    return fileId;
  }

  private async cycleRun(kind: 'SECOND_PASS' | 'CYCLE_END', key: string): Promise<void> {
    const asked = { kind, asOf: FEBRUARY, reason: 'February is over' };
    const { runId } = await this.insistence.command<{ runId: string }>('/v1/rating-runs', asked, key);
    await this.insistence.until(
      `run ${runId}`,
      (api) => api.get<{ status: string }>(`/v1/rating-runs/${runId}`),
      'COMPLETED',
    );
  }

  private async rerate(body: Readonly<Record<string, unknown>>, key: string): Promise<Rerate> {
    const asked = { ...body, reason: 'The price was wrong' };
    const { runId } = await this.insistence.command<{ runId: string }>('/v1/rerates', asked, key);
    return this.insistence.until(`rerate ${runId}`, (api) => api.get<Rerate>(`/v1/rerates/${runId}`), 'COMPLETED');
  }
}

/** When every account, plan and price of the sample begins: before any usage of it, also of older files of one's own. */
export const SAMPLE_START = '2020-01-01T00:00:00Z';

export interface FeedMessage {
  readonly messageId: string;
  readonly object: string;
  readonly action: 'CREATE' | 'UPDATE';
  readonly effectiveFrom: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

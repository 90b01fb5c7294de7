/** Projection names, for reads that wait for a log position. */
export const AGGREGATION_RUNS_PROJECTION = 'aggregation-runs';
export const BILLING_BATCHES_PROJECTION = 'billing-batches';

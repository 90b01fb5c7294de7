import { isTimeZone } from '../../../../shared/kernel/zone.js';

/** A setting of the tenant that something here reads by its name; there are no others. */
export interface PropertyRule {
  readonly category: string;
  readonly says: string;
  /** What holds as long as it is not set; null: nothing does, and what needs it says so. */
  readonly fallback: string | boolean | number | null;
  /** What is wrong with a value; undefined when it is right. */
  readonly complaint: (value: unknown) => string | undefined;
}

const flag = (value: unknown): string | undefined => (typeof value === 'boolean' ? undefined : 'must be true or false');

export const SYSTEM_PROPERTIES: Readonly<Record<string, PropertyRule>> = {
  timeZone: {
    category: 'TIME',
    says: 'The zone of the tenant’s wall clock: what TENANT means in a time unit, and the calendar of allowances.',
    fallback: null,
    complaint: (value) =>
      typeof value === 'string' && isTimeZone(value) ? undefined : 'must be an IANA zone such as Europe/Berlin',
  },
  customRatesFromBilling: {
    category: 'RATING',
    says: 'Rates that the billing system sends for one account win over the tiers of the offer.',
    fallback: false,
    complaint: flag,
  },
  shareAcrossMasterPlanInstances: {
    category: 'RATING',
    says: 'Allowances and accumulators that say nothing of it themselves are shared by all master plan instances of an account.',
    fallback: false,
    complaint: flag,
  },
};

export const TIME_ZONE_PROPERTY = 'timeZone';
export const SHARING_PROPERTY = 'shareAcrossMasterPlanInstances';

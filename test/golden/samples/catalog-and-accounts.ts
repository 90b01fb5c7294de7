import type { ApiKeyEvent } from '../../../src/modules/access/domain/events.js';
import type { AccountEvent } from '../../../src/modules/accounts/domain/events.js';
import type { CatalogEvent } from '../../../src/modules/catalog/domain/events.js';
import type { FeedEvent } from '../../../src/modules/feeds/domain/events.js';
import type { SamplesOf } from './samples-of.js';

const MARCH = Date.UTC(2026, 2, 1);

export const catalogSamples: SamplesOf<CatalogEvent> = {
  'UsageTypeDefined.v1': {
    usageType: 'voice-national',
    name: 'National calls',
    unit: 'seconds',
    serviceType: 'VOICE',
    effectiveFrom: MARCH,
  },
  'ServiceDefined.v1': {
    service: 'mobile-voice',
    name: 'Mobile voice',
    serviceType: 'VOICE',
    usageTypes: ['voice-national', 'voice-international'],
    effectiveFrom: MARCH,
  },
  'PlanDefined.v1': { plan: 'mobile-m', name: 'Mobile M', effectiveFrom: MARCH },
  'RateScheduleDefined.v1': {
    rateSchedule: 'standard',
    plan: 'mobile-m',
    name: 'Standard',
    currency: 'EUR',
    effectiveFrom: MARCH,
  },
  'PriceOfferShellMade.v1': {
    priceOfferId: 'mobile-m.standard.mobile-voice.EUR',
    plan: 'mobile-m',
    rateSchedule: 'standard',
    service: 'mobile-voice',
    currency: 'EUR',
    effectiveFrom: MARCH,
  },
  'PricingPut.v1': {
    priceOfferId: 'mobile-m.standard.mobile-voice.EUR',
    version: 1,
    effectiveFrom: MARCH,
    pricing: { charges: [{ type: 'USAGE', rate: '0.0015' }] },
    reason: 'Spring prices',
  },
  'BuildingBlockDefined.v1': {
    kind: 'TIME_UNIT',
    id: 'PEAK_HOURS',
    version: 2,
    effectiveFrom: MARCH,
    reason: 'Christmas is a feast',
    definition: {
      name: 'Peak hours',
      zone: 'Europe/Berlin',
      rows: [
        { name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' },
        { name: 'FEAST', days: ['CHRISTMAS'], from: '00:00', to: '24:00' },
      ],
      holidays: [{ name: 'CHRISTMAS', dates: ['2026-12-25'] }],
      otherwise: 'OFFPEAK',
    },
  },
  'ZonePrefixesDefined.v1': {
    head: {
      id: 'DESTINATIONS',
      version: 1,
      effectiveFrom: 0,
      name: 'Called networks',
      attribute: 'to',
      reason: 'Launch',
    },
    columns: { prefix: ['112', '44*', '447*'], zone: ['EMERGENCY', 'UK', 'UK_MOBILE'] },
  },
  'BuildingBlockRemoved.v1': { kind: 'ALLOWANCE', id: 'WELCOME_BYTES', version: 3, reason: 'Not sold any more' },
};

export const accountSamples: SamplesOf<AccountEvent> = {
  'AccountDefined.v1': {
    account: 'ACC-000042',
    name: 'Ada Lovelace',
    status: 'ACTIVE',
    currency: 'EUR',
    billingDay: 31,
    timeZone: 'Europe/Berlin',
    effectiveFrom: MARCH,
  },
  'SubscriptionDefined.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    plan: 'mobile-m',
    rateSchedule: 'standard',
    status: 'ACTIVE',
    effectiveFrom: MARCH,
  },
  'ServiceIdAssigned.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    serviceId: '491701000042',
    service: 'mobile-voice',
    effectiveFrom: MARCH,
    effectiveTo: Date.UTC(2026, 5, 1),
  },
  'ServiceIdEnded.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    serviceId: '491701000042',
    effectiveFrom: MARCH,
    effectiveTo: Date.UTC(2026, 4, 1),
  },
  'TopUpMade.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    reference: 'PAY-000007',
    resource: 'EUR',
    quantity: '20.5',
    effectiveFrom: MARCH,
    expires: Date.UTC(2027, 2, 1),
  },
  'CustomRatesDefined.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    priceOfferId: 'mobile-m.standard.mobile-voice.EUR',
    charge: 'calls',
    steps: [
      { upTo: '6000', price: '0.09', per: '60' },
      { price: '0.05', per: '60' },
    ],
    effectiveFrom: MARCH,
    effectiveTo: Date.UTC(2027, 2, 1),
  },
  'CustomRatesEnded.v1': {
    account: 'ACC-000042',
    priceOfferId: 'mobile-m.standard.mobile-voice.EUR',
    charge: 'calls',
    effectiveFrom: Date.UTC(2026, 8, 1),
  },
  'CommitmentDefined.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    allowance: 'COMMITTED',
    amount: '9500',
    currency: 'EUR',
    per: 'CYCLE',
    effectiveFrom: MARCH,
    effectiveTo: Date.UTC(2027, 2, 1),
  },
  'CommitmentEnded.v1': {
    account: 'ACC-000042',
    subscription: 'SUB-000042',
    allowance: 'COMMITTED',
    effectiveFrom: Date.UTC(2026, 8, 1),
  },
};

export const feedSamples: SamplesOf<FeedEvent> = {
  'FeedMessagesReceived.v1': {
    head: { kind: 'account', batch: 'cmd-1/0', messages: 2 },
    columns: {
      messageId: ['m-1', null],
      object: ['ACCOUNT', null],
      action: ['CREATE', null],
      effectiveFrom: [MARCH, null],
      raw: [{ messageId: 'm-1', object: 'ACCOUNT', payload: { account: 'ACC-000042' } }, { nonsense: true }],
      hash: ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'],
    },
  },
  'FeedReprocessRequested.v1': {
    head: { kind: 'account', batch: 'cmd-2', reason: 'The plan is there now', messages: 1 },
    columns: { activity: ['17-1'] },
  },
  'FeedMessagesApplied.v1': {
    head: { kind: 'account', batch: 'cmd-1/0', of: 17, complete: 1, ignored: 0, error: 1, factsPosition: 18 },
    columns: {
      activity: ['17-0', '17-1'],
      messageId: ['m-1', null],
      hash: ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'],
      status: ['COMPLETE', 'ERROR'],
      code: [null, 'INVALID_MESSAGE'],
      reason: [null, 'messageId must be a text'],
      errors: [null, [{ path: 'messageId', message: 'must be a text' }]],
    },
  },
};

export const accessSamples: SamplesOf<ApiKeyEvent> = {
  'ApiKeyIssued.v1': {
    keyId: 'k7f3a1',
    name: 'Night shift',
    roles: ['operator'],
    hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    expiresAt: Date.UTC(2027, 2, 1),
  },
  'ApiKeyRevoked.v1': { keyId: 'k7f3a1', reason: 'Left the team' },
};

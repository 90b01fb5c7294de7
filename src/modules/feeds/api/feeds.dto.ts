import { ApiProperty } from '@nestjs/swagger';
import { FEED_ACTIONS } from '../domain/feed-message.js';

const CATALOG = [
  {
    messageId: 'usage-type-call',
    object: 'USAGE_TYPE',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { usageType: 'CALL', name: 'Mobile call', unit: 'second', serviceType: 'VOICE' },
  },
  {
    messageId: 'service-mobile',
    object: 'SERVICE',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { service: 'MOBILE', name: 'Mobile line', serviceType: 'MOBILE', usageTypes: ['CALL'] },
  },
  {
    messageId: 'plan-mobile-m',
    object: 'PLAN',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { plan: 'MOBILE_M', name: 'Mobile M' },
  },
  {
    messageId: 'rate-schedule-mobile-m-standard',
    object: 'RATE_SCHEDULE',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { plan: 'MOBILE_M', rateSchedule: 'STANDARD', name: 'Mobile M, EUR', currency: 'EUR' },
  },
  {
    messageId: 'plan-service-mobile-m-mobile',
    object: 'PLAN_SERVICE',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { plan: 'MOBILE_M', service: 'MOBILE' },
  },
];

export const CATALOG_EXAMPLES = { mobilePlan: { summary: 'A plan for calls', value: CATALOG } };

const CUSTOMER = [
  {
    messageId: 'account-a0000001',
    object: 'ACCOUNT',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: {
      account: 'A0000001',
      name: 'Customer 1',
      status: 'ACTIVE',
      currency: 'EUR',
      billingDay: 3,
      timeZone: 'Europe/Berlin',
    },
  },
  {
    messageId: 'subscription-s0000001',
    object: 'SUBSCRIPTION',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: {
      account: 'A0000001',
      subscription: 'S0000001',
      plan: 'MOBILE_M',
      rateSchedule: 'STANDARD',
      status: 'ACTIVE',
    },
  },
  {
    messageId: 'service-id-491510000001',
    object: 'SERVICE_ID',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { account: 'A0000001', subscription: 'S0000001', serviceId: '491510000001', service: 'MOBILE' },
  },
];

const LATE_ACCOUNT = {
  messageId: 'account-a0000002',
  object: 'ACCOUNT',
  action: 'CREATE',
  effectiveFrom: '2026-01-01T00:00:00Z',
  payload: {
    account: 'A0000002',
    name: 'Customer 2',
    status: 'ACTIVE',
    currency: 'EUR',
    billingDay: 1,
    timeZone: 'Europe/Berlin',
  },
};

const TOO_EARLY = [
  {
    messageId: 'subscription-s0000002',
    object: 'SUBSCRIPTION',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: {
      account: 'A0000002',
      subscription: 'S0000002',
      plan: 'MOBILE_M',
      rateSchedule: 'STANDARD',
      status: 'ACTIVE',
    },
  },
  {
    messageId: 'service-id-491510000002',
    object: 'SERVICE_ID',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { account: 'A0000002', subscription: 'S0000002', serviceId: '491510000002', service: 'MOBILE' },
  },
];

/** From a year on, so that the story is not priced otherwise. */
const OWN_TERMS = [
  {
    messageId: 'top-up-pay-0000001',
    object: 'TOP_UP',
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: {
      account: 'A0000001',
      subscription: 'S0000001',
      reference: 'PAY-0000001',
      resource: 'EUR',
      quantity: '20',
      expires: '2027-01-01T00:00:00Z',
    },
  },
  {
    messageId: 'custom-rates-a0000001-calls',
    object: 'CUSTOM_RATES',
    action: 'CREATE',
    effectiveFrom: '2027-01-01T00:00:00Z',
    payload: {
      account: 'A0000001',
      priceOfferId: 'MOBILE_M.STANDARD.MOBILE.EUR',
      charge: 'calls',
      steps: [
        { upTo: '6000', price: '0.08', per: '60' },
        { price: '0.05', per: '60' },
      ],
      effectiveTo: '2028-01-01T00:00:00Z',
    },
  },
  {
    messageId: 'commitment-s0000001',
    object: 'COMMITMENT',
    action: 'CREATE',
    effectiveFrom: '2027-01-01T00:00:00Z',
    payload: {
      account: 'A0000001',
      subscription: 'S0000001',
      allowance: 'COMMITTED',
      amount: '9500',
      currency: 'EUR',
      per: 'CYCLE',
    },
  },
];

/** In the order of their story; the second customer's call is what the example file brings into suspense. */
export const ACCOUNTS_EXAMPLES = {
  customer: { summary: '1. A customer', value: CUSTOMER },
  tooEarly: { summary: '2. A subscription before its account: ends in ERROR', value: TOO_EARLY },
  lateAccount: {
    summary: '3. The account it waited for; then POST /v1/sync-activities/reprocesses',
    value: LATE_ACCOUNT,
  },
  ownTerms: {
    summary: '4. What a customer has beside the catalog: paid in advance, agreed rates, a commitment',
    value: OWN_TERMS,
  },
};

/** For the document: messages are read by hand, so that a wrong one becomes an activity and not a refused request. */
export class FeedMessageDto {
  @ApiProperty({
    description: 'Id in the billing system: what came before under it is not applied twice.',
    example: 'plan-mobile-m',
  })
  messageId!: string;

  @ApiProperty({
    description:
      'Catalog: USAGE_TYPE, SERVICE, PLAN, RATE_SCHEDULE, PLAN_SERVICE. Accounts: ACCOUNT, SUBSCRIPTION, SERVICE_ID, TOP_UP, CUSTOM_RATES, COMMITMENT.',
    example: 'PLAN',
  })
  object!: string;

  @ApiProperty({
    description: 'END is for SERVICE_ID, CUSTOM_RATES and COMMITMENT.',
    enum: FEED_ACTIONS,
    example: 'CREATE',
  })
  action!: string;

  @ApiProperty({ description: 'From when on it holds.', example: '2026-01-01T00:00:00Z' })
  effectiveFrom!: string;

  @ApiProperty({
    description: 'The object.',
    type: 'object',
    additionalProperties: true,
    example: { plan: 'MOBILE_M', name: 'Mobile M' },
  })
  payload!: Record<string, unknown>;
}

export class MessageOutcomeDto {
  @ApiProperty({ description: 'The activity it was stored as.', example: '17-0' })
  activityId!: string;

  @ApiProperty({
    description: 'As sent; null when there is none.',
    example: 'plan-mobile-m',
    nullable: true,
    type: String,
  })
  messageId!: string | null;

  @ApiProperty({
    description: 'COMPLETE: applied. IGNORED: applied before. ERROR: kept, and can be reprocessed.',
    enum: ['COMPLETE', 'IGNORED', 'ERROR'],
    example: 'COMPLETE',
  })
  status!: string;

  @ApiProperty({ description: 'Of an error.', example: null, nullable: true, type: String })
  code!: string | null;

  @ApiProperty({
    description: 'Of an error: what must come first, or be sent otherwise.',
    example: null,
    nullable: true,
    type: String,
  })
  reason!: string | null;
}

export class FeedAnswerDto {
  @ApiProperty({ description: 'Messages applied.', example: 5 })
  complete!: number;

  @ApiProperty({ description: 'Messages that were applied before.', example: 0 })
  ignored!: number;

  @ApiProperty({ description: 'Messages in error.', example: 0 })
  error!: number;

  @ApiProperty({ description: 'What became of each message, in the order sent.', type: () => [MessageOutcomeDto] })
  messages!: MessageOutcomeDto[];

  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}

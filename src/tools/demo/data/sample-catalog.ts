import { SAMPLE_START, type FeedMessage } from './sample-feed.js';

export const PLANS = {
  MOBILE_M: { rateSchedule: 'STANDARD', service: 'MOBILE', currency: 'EUR', name: 'Mobile M' },
  /** Sold already, priced not yet: its usage waits in suspense. */
  MOBILE_NEW: { rateSchedule: 'STANDARD', service: 'MOBILE', currency: 'EUR', name: 'Mobile New' },
  AI_API: { rateSchedule: 'PAYG', service: 'INFERENCE', currency: 'USD', name: 'Inference API' },
} as const;

const USAGE_TYPES = [
  { usageType: 'CALL', name: 'Voice call', unit: 'second', serviceType: 'VOICE' },
  { usageType: 'MESSAGE', name: 'Text message', unit: 'message', serviceType: 'SMS' },
  { usageType: 'DATA_VOLUME', name: 'Mobile data', unit: 'byte', serviceType: 'DATA' },
  { usageType: 'INFERENCE', name: 'Inference request', unit: 'token', serviceType: 'TOKENS' },
  { usageType: 'TOKENS_INPUT', name: 'Input tokens', unit: 'token', serviceType: 'TOKENS' },
  { usageType: 'TOKENS_OUTPUT', name: 'Output tokens', unit: 'token', serviceType: 'TOKENS' },
];

/** The catalog feed of the sample, in the order its messages must come. */
export function sampleCatalog(): FeedMessage[] {
  const messages: FeedMessage[] = [];
  const add = (object: string, id: string, payload: FeedMessage['payload']): void => {
    messages.push({
      messageId: `${object.toLowerCase()}-${id}`,
      object,
      action: 'CREATE',
      effectiveFrom: SAMPLE_START,
      payload,
    });
  };
  for (const usageType of USAGE_TYPES) add('USAGE_TYPE', usageType.usageType, usageType);
  add('SERVICE', 'MOBILE', {
    service: 'MOBILE',
    name: 'Mobile line',
    serviceType: 'MOBILE',
    usageTypes: ['CALL', 'MESSAGE', 'DATA_VOLUME'],
  });
  add('SERVICE', 'INFERENCE', {
    service: 'INFERENCE',
    name: 'Language model inference',
    serviceType: 'TOKENS',
    usageTypes: ['INFERENCE', 'TOKENS_INPUT', 'TOKENS_OUTPUT'],
  });
  for (const [plan, { rateSchedule, service, currency, name }] of Object.entries(PLANS)) {
    add('PLAN', plan, { plan, name });
    add('RATE_SCHEDULE', `${plan}-${rateSchedule}`, { plan, rateSchedule, name: `${name}, ${currency}`, currency });
    add('PLAN_SERVICE', `${plan}-${service}`, { plan, service });
  }
  return messages;
}

/** 100 minutes free per cycle, then by the minute; messages flat; data cheaper as the month goes on. */
const MOBILE_PRICE = {
  currency: 'EUR',
  select: 'FIRST',
  grants: [{ allowance: 'FREE_SECONDS', quantity: '6000', unit: 'seconds', per: 'CYCLE' }],
  charges: [
    {
      name: 'calls',
      when: { usageType: 'CALL' },
      measure: 'seconds',
      increments: { first: '60', next: '6' },
      tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '0.09', per: '60' }] },
      allowances: ['FREE_SECONDS'],
      accumulators: ['CALL_SECONDS'],
    },
    {
      name: 'messages',
      when: { usageType: 'MESSAGE' },
      measure: 'messages',
      tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '0.07' }] },
    },
    {
      name: 'data',
      when: { usageType: 'DATA_VOLUME' },
      measure: 'bytes',
      tiers: {
        by: 'BALANCE',
        accumulator: 'DATA_BYTES',
        scope: 'GRADUATED',
        steps: [
          { upTo: '1000000000', price: '0.01', per: '1000000' },
          { upTo: '10000000000', price: '0.004', per: '1000000' },
          { price: '0.002', per: '1000000' },
        ],
      },
      accumulators: ['DATA_BYTES'],
    },
  ],
};

/** Per 1,000 tokens, input and output apart, by model: two charges for one line. */
const INFERENCE_PRICE = {
  currency: 'USD',
  select: 'FIRST',
  charges: [
    tokens('input, large', 'TOKENS_INPUT', 'inputTokens', 'large', '0.0025'),
    tokens('input, small', 'TOKENS_INPUT', 'inputTokens', 'small', '0.00015'),
    tokens('output, large', 'TOKENS_OUTPUT', 'outputTokens', 'large', '0.01'),
    tokens('output, small', 'TOKENS_OUTPUT', 'outputTokens', 'small', '0.0006'),
  ],
};

function tokens(name: string, usageType: string, measure: string, model: string, price: string) {
  return {
    name,
    usageType,
    when: { attributes: { model } },
    measure,
    tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price, per: '1000' }] },
  };
}

/** What is put on the shells the catalog feed made; MOBILE_NEW is left without a price on purpose. */
export function samplePrices(): {
  priceOfferId: string;
  body: { effectiveFrom: string; pricing: unknown; reason: string };
}[] {
  return [
    {
      priceOfferId: 'MOBILE_M.STANDARD.MOBILE.EUR',
      body: { effectiveFrom: SAMPLE_START, pricing: MOBILE_PRICE, reason: 'Launch price list' },
    },
    {
      priceOfferId: 'AI_API.PAYG.INFERENCE.USD',
      body: { effectiveFrom: SAMPLE_START, pricing: INFERENCE_PRICE, reason: 'Launch price list' },
    },
  ];
}

/** The price that heals the usage of plan MOBILE_NEW. */
export function latePrice(): {
  priceOfferId: string;
  body: { effectiveFrom: string; pricing: unknown; reason: string };
} {
  return {
    priceOfferId: 'MOBILE_NEW.STANDARD.MOBILE.EUR',
    body: { effectiveFrom: SAMPLE_START, pricing: MOBILE_PRICE, reason: 'The price list of the new plan arrived late' },
  };
}

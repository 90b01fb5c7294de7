import type { SampleService } from './sample-usage.js';

/** Where the files of a sample service come from. */
export interface SampleSource {
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: 'POSTPAID';
}

export const SAMPLE_SOURCES: Readonly<Record<SampleService, SampleSource>> = {
  voice: { sourcePlatform: 'switch', serviceType: 'VOICE', usageRecordType: 'POSTPAID' },
  messages: { sourcePlatform: 'smsc', serviceType: 'SMS', usageRecordType: 'POSTPAID' },
  data: { sourcePlatform: 'gateway', serviceType: 'DATA', usageRecordType: 'POSTPAID' },
  tokens: { sourcePlatform: 'inference', serviceType: 'TOKENS', usageRecordType: 'POSTPAID' },
};

const delimited = (delimiter: string, quote: string | null) => ({ type: 'DELIMITED', delimiter, quote, header: true });

/** One mapping per source: each reads its own delimiter, quotes and clock into canonical usage. */
export function sampleMappings(): { mapping: string; definition: unknown }[] {
  return [
    {
      mapping: 'switch-calls',
      definition: {
        ...SAMPLE_SOURCES.voice,
        format: delimited(';', '"'),
        fields: {
          serviceId: { column: 'caller' },
          usageType: { constant: 'CALL' },
          at: { column: 'started', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
          quantities: { seconds: { column: 'seconds' } },
          attributes: { callee: { column: 'callee' } },
        },
        ignore: [{ column: 'flag', in: ['TEST'] }],
        identity: { column: 'cdr' },
      },
    },
    {
      mapping: 'smsc-messages',
      definition: {
        ...SAMPLE_SOURCES.messages,
        format: delimited(',', null),
        fields: {
          serviceId: { column: 'sender' },
          usageType: { constant: 'MESSAGE' },
          at: { column: 'sent', format: 'ISO-8601' },
          quantities: { messages: { column: 'parts' } },
          attributes: { recipient: { column: 'recipient' } },
        },
        ignore: [{ column: 'flag', in: ['TEST'] }],
        identity: { column: 'id' },
      },
    },
    {
      mapping: 'gateway-sessions',
      definition: {
        ...SAMPLE_SOURCES.data,
        format: delimited('\t', null),
        fields: {
          serviceId: { column: 'msisdn' },
          usageType: { constant: 'DATA_VOLUME' },
          at: { column: 'closed', format: 'EPOCH_SECONDS' },
          quantities: { bytes: { column: 'bytes' } },
          attributes: { apn: { column: 'apn' }, recordNo: { column: 'record' } },
        },
        ignore: [{ column: 'flag', in: ['TEST'] }],
        identity: { fields: ['serviceId', 'at', 'a.recordNo'] },
      },
    },
    {
      mapping: 'inference-requests',
      definition: {
        ...SAMPLE_SOURCES.tokens,
        format: delimited(',', '"'),
        fields: {
          serviceId: { column: 'api_key' },
          usageType: { constant: 'INFERENCE' },
          at: { column: 'time', format: 'ISO-8601' },
          quantities: { inputTokens: { column: 'input_tokens' }, outputTokens: { column: 'output_tokens' } },
          attributes: { model: { column: 'model' } },
        },
        ignore: [{ column: 'flag', in: ['TEST'] }],
        identity: { column: 'request_id' },
      },
    },
  ];
}

import type { Type } from '@nestjs/common';
import type { BlockKind } from '../../domain/building-blocks/building-block.js';
import { blockDtos, BlocksQuery, RateUnitsQuery, ServicesQuery, UnitsQuery, type BlockDtos } from './block.dtos.js';
import { AccumulatorMembers, AllowanceMembers, CurrencyMembers } from './resources.dto.js';
import { BillableServiceMembers, MultiRateMembers, ServiceTypeMembers, UsageTypeMembers } from './services.dto.js';
import { RateUnitMembers, TimeUnitMembers, ZoneUnitMembers, ZoneUnitShown } from './units.dto.js';

type Example = Readonly<Record<string, unknown>>;

/** What the API of one kind of building block says and shows; what it does is the same for all. */
export interface BlockApi {
  readonly kind: BlockKind;
  /** In names of classes and operations. */
  readonly className: string;
  readonly plural: string;
  /** What it is for, in the list. */
  readonly says: string;
  /** What defining one means. */
  readonly means: string;
  readonly dtos: BlockDtos;
  readonly Query: Type<BlocksQuery>;
  /** Bodies of POST; the first is the one shown elsewhere, the one called `spare` is removed again. */
  readonly examples: { readonly usual: Example; readonly spare: Example };
}

const REASON = 'Launch';

export const BLOCK_APIS: readonly BlockApi[] = [
  {
    kind: 'CURRENCY',
    className: 'Currency',
    plural: 'Currencies',
    says: 'How money is written and rounded. A currency that is not here is rounded half up to the minor unit of ISO 4217.',
    means: 'The id is its ISO 4217 code. Lines that are sealed for billing from then on are rounded by it.',
    dtos: blockDtos('Currency', CurrencyMembers),
    Query: BlocksQuery,
    examples: {
      usual: { id: 'EUR', name: 'Euro', symbol: '€', minorUnit: 2, rounding: 'HALF_UP', reason: REASON },
      spare: { id: 'JPY', name: 'Yen', symbol: '¥', reason: REASON },
    },
  },
  {
    kind: 'ALLOWANCE',
    className: 'Allowance',
    plural: 'Allowances',
    says: 'Grants that are used up before anything is charged, with their validity, priority and rollover.',
    means: 'A price draws on it by its id. One that a price names and nobody defined is valid for its cycle.',
    dtos: blockDtos('Allowance', AllowanceMembers),
    Query: UnitsQuery,
    examples: {
      usual: { id: 'FREE_SECONDS', name: 'Free minutes', unit: 'seconds', priority: 10, reason: REASON },
      spare: { id: 'WELCOME_BYTES', unit: 'bytes', validity: { type: 'CYCLE' }, reason: REASON },
    },
  },
  {
    kind: 'ACCUMULATOR',
    className: 'Accumulator',
    plural: 'Accumulators',
    says: 'Running totals that prices add to and take their tiers from.',
    means: 'A price adds to it by its id. One that a price names and nobody defined begins anew with every cycle.',
    dtos: blockDtos('Accumulator', AccumulatorMembers),
    Query: UnitsQuery,
    examples: {
      usual: { id: 'VOICE_SECONDS', name: 'Seconds called', unit: 'seconds', reset: { type: 'CYCLE' }, reason: REASON },
      spare: { id: 'BYTES_USED', unit: 'bytes', reason: REASON },
    },
  },
  {
    kind: 'SERVICE_TYPE',
    className: 'ServiceType',
    plural: 'Service types',
    says: 'Groupings of services such as VOICE. Those that only the catalog feed names are not listed.',
    means: 'Billable services and usage types name it by its id.',
    dtos: blockDtos('ServiceType', ServiceTypeMembers),
    Query: BlocksQuery,
    examples: {
      usual: { id: 'VOICE', name: 'Voice', description: 'Calls, fixed and mobile', reason: REASON },
      spare: { id: 'IPTV', name: 'Television', reason: REASON },
    },
  },
  {
    kind: 'BILLABLE_SERVICE',
    className: 'BillableService',
    plural: 'Billable services',
    says: 'What is sold: those of the catalog feed, changed there, and own ones.',
    means: 'It belongs to a service type that is there. The feed may sell it in a plan.',
    dtos: blockDtos('BillableService', BillableServiceMembers),
    Query: ServicesQuery,
    examples: {
      usual: { id: 'SUPPORT_LINE', name: 'Support line', serviceType: 'VOICE', usageTypes: ['CALL'], reason: REASON },
      spare: { id: 'FAX_LINE', serviceType: 'VOICE', reason: REASON },
    },
  },
  {
    kind: 'USAGE_TYPE',
    className: 'UsageType',
    plural: 'Usage types',
    says: 'What can be used: those of the catalog feed, changed there, and own ones.',
    means: 'Records, prices and multi-rate usage types name it by its id.',
    dtos: blockDtos('UsageType', UsageTypeMembers),
    Query: ServicesQuery,
    examples: {
      usual: { id: 'PREMIUM_CALL', name: 'Premium call', unit: 'second', serviceType: 'VOICE', reason: REASON },
      spare: { id: 'FAX_PAGE', unit: 'page', serviceType: 'VOICE', reason: REASON },
    },
  },
  {
    kind: 'MULTI_RATE_USAGE_TYPE',
    className: 'MultiRateUsageType',
    plural: 'Multi-rate usage types',
    says: 'Usage types whose records are charged several times, once for each child.',
    means:
      'The id is the usage type of the records. A price for them charges its children, each as a part of the line, in their order and by these percentages; what it bills as follows from `invoiceAt`.',
    dtos: blockDtos('MultiRateUsageType', MultiRateMembers),
    Query: BlocksQuery,
    examples: {
      usual: {
        id: 'PREMIUM_CALL',
        name: 'Premium call: the call, and 5 % of it',
        children: [{ usageType: 'CALL' }, { usageType: 'PREMIUM_CALL', percent: { value: '5', of: ['CALL'] } }],
        invoiceAt: 'PARENT',
        reason: REASON,
      },
      spare: {
        id: 'CALL',
        children: [{ usageType: 'CALL' }, { usageType: 'PREMIUM_CALL' }],
        invoiceAt: 'CHILD',
        reason: REASON,
      },
    },
  },
  {
    kind: 'RATE_UNIT',
    className: 'RateUnit',
    plural: 'Rate units',
    says: 'How the quantity to be priced is derived where a record does not carry it as it stands.',
    means: 'A charge measures by it: its id stands in `measure`, where otherwise a quantity of the record does.',
    dtos: blockDtos('RateUnit', RateUnitMembers),
    Query: RateUnitsQuery,
    examples: {
      usual: {
        id: 'HEAT_USED',
        name: 'Heat used',
        kind: 'METER_DIFFERENCE',
        reading: 'reading',
        rolloverAt: '100000',
        unit: 'kWh',
        reason: REASON,
      },
      spare: {
        id: 'MEGABYTES',
        kind: 'EXPRESSION',
        expression: 'math.ceil(bytes / 1048576)',
        unit: 'MB',
        reason: REASON,
      },
    },
  },
  {
    kind: 'TIME_UNIT',
    className: 'TimeUnit',
    plural: 'Time units',
    says: 'What time a moment is, as one word: by the day of the week, the time of day and holidays.',
    means: 'A price selects by it. Every minute of the week has exactly one name, or the unit is refused.',
    dtos: blockDtos('TimeUnit', TimeUnitMembers),
    Query: BlocksQuery,
    examples: {
      usual: {
        id: 'PEAK_HOURS',
        name: 'Peak hours',
        zone: 'Europe/Berlin',
        rows: [
          { name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' },
          { name: 'NIGHT', days: ['ANYDAY'], from: '23:00', to: '05:00' },
          { name: 'FEAST', days: ['CHRISTMAS'] },
        ],
        holidays: [{ name: 'CHRISTMAS', dates: ['2026-12-25', '2026-12-26'] }],
        otherwise: 'OFFPEAK',
        reason: REASON,
      },
      spare: {
        id: 'WEEKENDS',
        zone: 'UTC',
        rows: [{ name: 'WEEKEND', days: ['WEEKEND'] }],
        otherwise: 'WEEK',
        reason: REASON,
      },
    },
  },
  {
    kind: 'ZONE_UNIT',
    className: 'ZoneUnit',
    plural: 'Zone units',
    says: 'From where a record goes where, as one word: by the longest prefix of a number, or by distance.',
    means: 'A price selects by it. Prefixes up to 100,000; a zone that a price names must stay.',
    dtos: blockDtos('ZoneUnit', ZoneUnitMembers, ZoneUnitShown),
    Query: BlocksQuery,
    examples: {
      usual: {
        id: 'DESTINATIONS',
        name: 'Called networks',
        kind: 'PREFIX',
        attribute: 'to',
        rows: [
          { prefix: '44*', zone: 'UK' },
          { prefix: ['447*', '44123*'], zone: 'UK_MOBILE' },
          { prefix: '112', zone: 'EMERGENCY' },
          { prefix: '*', zone: 'WORLD' },
        ],
        reason: REASON,
      },
      spare: {
        id: 'DISTANCES',
        kind: 'DISTANCE',
        from: 'fromArea',
        to: 'toArea',
        places: [
          { name: 'BERLIN', latitude: '52.52', longitude: '13.405' },
          { name: 'HAMBURG', latitude: '53.5511', longitude: '9.9937' },
        ],
        bands: [{ upTo: '50', zone: 'LOCAL' }, { zone: 'FAR' }],
        reason: REASON,
      },
    },
  },
];

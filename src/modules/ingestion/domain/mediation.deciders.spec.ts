import { fold, type Decider } from '../../../shared/kernel/decider.js';
import type { DomainEvent } from '../../../shared/kernel/event.js';
import { displayName } from './file-name.js';
import type { MappingDefinition } from './mapping/definition.js';
import { parseMappingDefinition } from './mapping/parse-definition.js';
import { mappingDecider } from './mapping.decider.js';
import { sourcePlatformDecider } from './source-platform.decider.js';

const deciding = <S, C, E extends DomainEvent>(decider: Decider<S, C, E>) => ({
  given: (...events: E[]) => ({ when: (command: C) => decider.decide(command, fold(decider, events)) }),
});

describe('a source platform', () => {
  const { given } = deciding(sourcePlatformDecider);
  const create = { kind: 'create', sourcePlatform: 's', name: 'S' } as const;
  const created = { type: 'SourcePlatformCreated.v1', data: { sourcePlatform: 's', name: 'S' } } as const;
  const pause = { kind: 'pause', sourcePlatform: 's', reason: 'why' } as const;
  const paused = { type: 'SourcePlatformPaused.v1', data: { sourcePlatform: 's', reason: 'why' } } as const;
  const resume = { kind: 'resume', sourcePlatform: 's', reason: 'why' } as const;
  const resumed = { type: 'SourcePlatformResumed.v1', data: { sourcePlatform: 's', reason: 'why' } } as const;

  it('is created once', () => {
    expect(given().when(create)).toEqual([created]);
    expect(given(created).when(create)).toMatchObject({ refused: { code: 'ingestion/platform-exists' } });
  });

  it('is paused and resumed, each once', () => {
    expect(given().when(pause)).toMatchObject({ refused: { code: 'ingestion/platform-not-found' } });
    expect(given(created).when(pause)).toEqual([paused]);
    expect(given(created, paused).when(pause)).toEqual([]);
    expect(given(created, paused).when(resume)).toEqual([resumed]);
    expect(given(created).when(resume)).toEqual([]);
  });
});

const DEFINITION = {
  sourcePlatform: 'switch',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
  format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
  fields: {
    serviceId: { column: 'caller' },
    usageType: { column: 'kind', translate: { MO: 'VOICE_OUT' }, otherwise: 'OTHER' },
    at: { column: 'started', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
    quantities: { seconds: { column: 'seconds', decimalSeparator: ',' }, calls: { constant: '1' } },
    attributes: { callee: { column: 'callee' } },
  },
  ignore: [{ column: 'test', in: ['1', ''] }],
  identity: { column: 'id' },
};

describe('a mapping', () => {
  const { given } = deciding(mappingDecider);
  const definition = DEFINITION as MappingDefinition;
  const added = (version: number, of = definition) =>
    ({ type: 'MappingVersionAdded.v1', data: { mapping: 'm', version, reason: 'why', definition: of } }) as const;
  const add = (of = definition) => ({ mapping: 'm', reason: 'why', definition: of });
  const other: MappingDefinition = { ...definition, ignore: [] };

  it('only ever grows by versions', () => {
    expect(given().when(add())).toEqual([added(1)]);
    expect(given(added(1)).when(add(other))).toEqual([added(2, other)]);
    expect(given(added(1)).when(add())).toEqual([]);
  });

  it('stays with its coordinates', () => {
    const moved = { ...definition, serviceType: 'SMS' };
    expect(given(added(1)).when(add(moved))).toMatchObject({
      refused: {
        code: 'ingestion/mapping-moved',
        errors: [{ path: 'definition.serviceType', message: 'must be VOICE' }],
      },
    });
  });
});

describe('parseMappingDefinition', () => {
  const paths = (change: object) => {
    const parsed = parseMappingDefinition({ ...DEFINITION, ...change });
    return 'errors' in parsed ? parsed.errors.map(({ path }) => path).sort() : [];
  };
  const fields = (change: object) => ({ fields: { ...DEFINITION.fields, ...change } });

  it('takes a whole definition as it is', () => {
    expect(parseMappingDefinition(DEFINITION)).toEqual({ definition: DEFINITION });
  });

  it.each<[string, object, string[]]>([
    ['nothing known', { colour: 1 }, ['colour']],
    ['records of no known type', { usageRecordType: 'FREE' }, ['usageRecordType']],
    ['records that come with a price, without it', { usageRecordType: 'PRERATED' }, ['fields.quantities.amount']],
    ['prepaid records', { usageRecordType: 'PREPAID' }, []],
    [
      'records that come with a price',
      { usageRecordType: 'PRERATED', ...fields({ quantities: { amount: { column: 'seconds' } } }) },
      [],
    ],
    ['another format', { format: { ...DEFINITION.format, type: 'NDJSON' } }, ['format.type']],
    ['a delimiter of two bytes', { format: { ...DEFINITION.format, delimiter: '\u00a7' } }, ['format.delimiter']],
    ['a letter for a delimiter', { format: { ...DEFINITION.format, delimiter: 'x' } }, ['format.delimiter']],
    ['quote = delimiter', { format: { ...DEFINITION.format, quote: ';' } }, ['format.quote']],
    [
      'header and columns',
      { format: { ...DEFINITION.format, columns: ['a'] } },
      [
        'fields.at.column',
        'fields.attributes.callee.column',
        'fields.quantities.seconds.column',
        'fields.serviceId.column',
        'fields.usageType.column',
        'format.columns',
        'identity.column',
        'ignore[0].column',
      ].sort(),
    ],
    ['neither', { format: { ...DEFINITION.format, header: false } }, ['format.columns']],
    ['no quantity', fields({ quantities: {} }), ['fields.quantities']],
    ['a quantity by a bad name', fields({ quantities: { 'a.b': { column: 'x' } } }), ['fields.quantities.a.b']],
    ['a negative constant', fields({ quantities: { n: { constant: '-1' } } }), ['fields.quantities.n.constant']],
    ['column and constant', fields({ serviceId: { column: 'a', constant: 'b' } }), ['fields.serviceId']],
    ['an unknown zone', fields({ at: { column: 't', format: 'ISO-8601', timeZone: 'Mars' } }), ['fields.at.timeZone']],
    ['a pattern without a zone', fields({ at: { column: 't', format: 'yyyyMMdd' } }), ['fields.at.timeZone']],
    [
      'a constant that is no instant',
      fields({ at: { constant: 'today', stepMs: -1 } }),
      ['fields.at.constant', 'fields.at.stepMs'],
    ],
    ['an empty table', fields({ usageType: { column: 'k', translate: {} } }), ['fields.usageType.translate']],
    ['an identity of one field', { identity: { fields: ['serviceId'] } }, ['identity.fields']],
    ['an identity of unknown fields', { identity: { fields: ['at', 'q.bytes'] } }, ['identity.fields[1]']],
    [
      'its own recordId attribute',
      fields({ attributes: { recordId: { column: 'x' } } }),
      ['fields.attributes.recordId'],
    ],
    [
      'bad rules',
      { ignore: [{ column: 'a', in: [] }, 1] },
      ['ignore[0].in', 'ignore[1]', 'ignore[1].column', 'ignore[1].in'],
    ],
  ])('names what is wrong with %s', (_, change, expected) => expect(paths(change)).toEqual(expected));

  it.each([undefined, null, 1, 'x', []])('refuses %p', (value) => {
    expect(parseMappingDefinition(value)).toHaveProperty('errors');
  });
});

describe('displayName', () => {
  it.each([
    ['calls.csv', 'calls.csv'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a b.csv', 'a b.csv'],
    ['a\u202efdp.csv\0', 'afdp.csv'],
    ['..', 'unnamed'],
    ['', 'unnamed'],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('shows %p as %s', (name, shown) => expect(displayName(name)).toBe(shown));
});

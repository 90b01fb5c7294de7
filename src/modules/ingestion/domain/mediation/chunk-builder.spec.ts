import type { Claim, IdentityClaims } from '../identity/identity-claims.js';
import type { MappingDefinition } from '../mapping/definition.js';
import { ChunkBuilder, type RecordView } from './chunk-builder.js';
import { compileMapping } from './compiled-mapping.js';
import { FileFault } from './file-fault.js';

const definition: MappingDefinition = {
  sourcePlatform: 'switch',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
  format: { type: 'DELIMITED', delimiter: ';', header: true },
  fields: {
    serviceId: { column: 'caller' },
    usageType: { constant: 'CALL' },
    at: { column: 'at', format: 'EPOCH_MILLIS' },
    quantities: { seconds: { column: 'seconds' } },
  },
  identity: { fields: ['$file', '$line'] },
};

const everyIdentityIsNew: IdentityClaims = {
  seed: 1,
  first: { fileId: '', line: 0 },
  claim: (): Claim => 'NEW',
};

const builder = () => {
  const names = ['caller', 'at', 'seconds'];
  const mapping = compileMapping(definition, { names, index: new Map(names.map((name, index) => [name, index])) });
  return new ChunkBuilder(mapping, 'f1', everyIdentityIsNew, { records: 10, rawBytes: 10_000 });
};

const record = (line: number, text: (index: number) => string): RecordView => ({
  line,
  offset: line * 10,
  length: 10,
  fieldCount: 3,
  malformedField: -1,
  text,
});

const good = (line: number): RecordView => record(line, (index) => ['4915', '1700000000000', '60'][index] ?? '');

describe('a defect of ours in reading one line', () => {
  test('is the error of that line; the lines around it become usage', () => {
    const chunk = builder();
    chunk.add(good(2));
    chunk.add(
      record(3, (index) => {
        if (index === 2) throw new RangeError('the reader is broken');
        return good(3).text(index);
      }),
    );
    chunk.add(good(4));

    const { counts, quantities, columns } = chunk.take();

    expect(counts).toEqual({ total: 3, mediated: 2, ignored: 0, duplicate: 0, error: 1 });
    expect(quantities).toEqual({ seconds: '120' });
    expect(columns.line).toEqual([2, 4]);
    expect(columns['x.line']).toEqual([3]);
    expect(columns['x.code']).toEqual(['MEDIATION_DEFECT']);
    expect(columns['x.detail'][0]).toContain('the reader is broken');
  });

  test('is not what a fault of the whole file is: that one still stops the file', () => {
    const fault = new FileFault({ code: 'INVALID_ENCODING', message: 'Line 2 is no UTF-8', line: 2 });
    const broken = record(2, () => {
      throw fault;
    });

    expect(() => builder().add(broken)).toThrow(fault);
  });
});

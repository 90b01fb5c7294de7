import fc from 'fast-check';
import { monetizedId, parseMonetizedId, parseRecordId, recordId } from './record-id.js';
import { isTenantName, parseStreamName, streamName } from './stream-name.js';

const fileId = fc.string({ unit: fc.constantFrom('0', '7', '9', 'a', 'f', 'z', '-'), minLength: 1, maxLength: 36 });
const line = fc.integer({ min: 1, max: 10 ** 14 });
const tenant = fc.string({ unit: fc.constantFrom('a', 'm', 'z', '0', '9', '_'), minLength: 1, maxLength: 40 });

describe('record ids', () => {
  it('are read back as they were made', () => {
    fc.assert(
      fc.property(fileId, line, fc.integer({ min: 0, max: 9999 }), (file, at, charge) => {
        expect(parseRecordId(recordId(file, at))).toEqual({ fileId: file, line: at });
        expect(parseMonetizedId(monetizedId(file, at, charge))).toEqual({ fileId: file, line: at, charge });
      }),
    );
  });

  it.each(['', 'a', 'a:', 'a:0', 'a:01', 'a:-1', ':1', 'A:1', 'a:1:', 'a:1.5', 'a:1\n'])(
    '%j is no record id',
    (text) => {
      expect(parseRecordId(text)).toBeUndefined();
      expect(parseMonetizedId(`${text}:x`)).toBeUndefined();
    },
  );

  it('of a record and of a monetized record are not mistaken for each other', () => {
    expect(parseRecordId('f:1:0')).toBeUndefined();
    expect(parseMonetizedId('f:1')).toBeUndefined();
  });
});

describe('stream names', () => {
  it('are read back as they were made, whatever the id', () => {
    fc.assert(
      fc.property(fc.constantFrom('usage', 'usageFile'), tenant, fc.string({ minLength: 1 }), (category, name, id) => {
        expect(parseStreamName(streamName(category, name, id))).toEqual({ category, tenant: name, id });
      }),
    );
  });

  it.each([
    ['us-age', 'main', 'a'],
    ['', 'main', 'a'],
    ['usage', 'Main', 'a'],
    ['usage', 'ma.in', 'a'],
    ['usage', 'x'.repeat(41), 'a'],
    ['usage', 'main', ''],
  ])('are not made of %j, %j, %j', (category, name, id) => {
    expect(() => streamName(category, name, id)).toThrow();
  });

  it.each(['usage', 'usage-main', '-main.a', 'usage.main-a'])('%j is none', (text) => {
    expect(() => parseStreamName(text)).toThrow('is not a stream name');
  });

  it('know a tenant name', () => {
    expect(['main', 'a_1', '', 'A', 'a-b', 'ä'].map(isTenantName)).toEqual([true, true, false, false, false, false]);
  });
});

import { createHash } from 'node:crypto';
import { canonicalMetadata, eventHash, FIRST_PREVIOUS_HASH, type HashedEvent } from './event-hash.js';

const event: HashedEvent = {
  previousHash: FIRST_PREVIOUS_HASH,
  stream: 'thing-main.a',
  revision: 0,
  id: 'e0',
  type: 'ThingNoted.v1',
  metadata: '{"actor":"key:a","tenant":"main"}',
  data: Buffer.from('{"n":0}'),
};

describe('event hash', () => {
  it('is the SHA-256 of the bytes its docstring says', () => {
    const bytes = `["${FIRST_PREVIOUS_HASH}","thing-main.a",0,"e0","ThingNoted.v1",{"actor":"key:a","tenant":"main"}]\n{"n":0}`;
    expect(eventHash(event)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('changes with every part of the event', () => {
    const changed: Partial<HashedEvent>[] = [
      { previousHash: 'f'.repeat(64) },
      { stream: 'thing-main.b' },
      { revision: 1 },
      { id: 'e1' },
      { type: 'ThingNoted.v2' },
      { metadata: '{"actor":"key:b","tenant":"main"}' },
      { data: Buffer.from('{"n":1}') },
    ];
    const hashes = [{}, ...changed].map((part) => eventHash({ ...event, ...part }));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('spells metadata in one way, known fields only', () => {
    const metadata = { tenant: 't', actor: 'a', correlationId: 'c', recordedAt: 'r', hash: 'h', previousHash: 'p' };
    expect(canonicalMetadata(metadata)).toBe('{"actor":"a","correlationId":"c","recordedAt":"r","tenant":"t"}');
  });
});

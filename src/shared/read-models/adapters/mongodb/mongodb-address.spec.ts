import { MongoDbAddressRefused, readMongoDbAddress } from './mongodb-address.js';

describe('readMongoDbAddress', () => {
  it.each([
    ['mongodb://127.0.0.1:27017', 'retally', 'mongodb://127.0.0.1:27017/retally'],
    ['mongodb://127.0.0.1:27017/', 'retally', 'mongodb://127.0.0.1:27017/retally'],
    ['mongodb://db/?replicaSet=rs0', 'retally', 'mongodb://db/retally'],
    ['mongodb://ops:p%40ss%2Fword@a:1,b:2/usage?replicaSet=rs0&authSource=admin', 'usage', 'mongodb://a:1,b:2/usage'],
    ['mongodb+srv://ops:secret@cluster.example.net/usage', 'usage', 'mongodb+srv://cluster.example.net/usage'],
  ])('reads %s', (text, database, shown) => {
    expect(readMongoDbAddress(text)).toEqual({ uri: text, database, shown });
  });

  it.each([
    ['http://127.0.0.1', /must look like mongodb:\/\//],
    ['mongodb://', /must look like/],
    ['mongodb://ops:p@ss/word@host/db', /%40/],
    ['mongodb://ops:p@ss@host/db', /%40/],
    ['mongodb://host/a.b', /"a.b" is no name for a database/],
    ['mongodb://host/$where', /no name for a database/],
    [`mongodb://host/${'x'.repeat(64)}`, /no name for a database/],
    ['mongodb://host/db?retryWrites=perhaps', /cannot be used: .*retryWrites/i],
    ['mongodb://host/db?nonsense=1', /cannot be used: .*nonsense/],
    ['mongodb+srv://one,two/db', /cannot be used/],
  ])('refuses %s', (text, message) => {
    expect(() => readMongoDbAddress(text)).toThrow(MongoDbAddressRefused);
    expect(() => readMongoDbAddress(text)).toThrow(message);
  });

  it('never shows a password', () => {
    for (const text of [
      'mongodb://ops:hunter2@host/a.b',
      'mongodb://ops:hunter2@host/db?nonsense=1',
      'mongo://ops:hunter2@host',
      'mongodb://ops:@/hunter2@host',
    ]) {
      expect(() => readMongoDbAddress(text)).toThrow(expect.not.stringContaining('hunter2'));
    }
    expect(readMongoDbAddress('mongodb://ops:hunter2@host/db').shown).not.toContain('hunter2');
  });
});

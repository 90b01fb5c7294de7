import { InvalidEventStoreAddress, parseEventStoreAddress } from './address.js';

function problemsOf(text: string): readonly string[] {
  try {
    parseEventStoreAddress(text);
    return [];
  } catch (error) {
    if (error instanceof InvalidEventStoreAddress) return error.problems;
    throw error;
  }
}

describe('the address of an event store', () => {
  it.each([
    ['esdb://127.0.0.1:2113?tls=false', { tls: false, discover: false, hosts: [{ address: '127.0.0.1', port: 2113 }] }],
    ['kurrentdb://node?tls=false', { hosts: [{ address: 'node', port: 2113 }] }],
    ['ESDB://node:1/?TLS=false', { tls: false, hosts: [{ address: 'node', port: 1 }] }],
    ['esdb://[::1]:2113?tls=false', { hosts: [{ address: '[::1]', port: 2113 }] }],
    ['esdb+discover://u:p@cluster.example', { tls: true, discover: true }],
    [
      'esdb://u:p@a:1,b:2,c',
      {
        hosts: [
          { address: 'a', port: 1 },
          { address: 'b', port: 2 },
          { address: 'c', port: 2113 },
        ],
      },
    ],
    ['esdb://u:p%40%3A%2F@a', { credentials: { username: 'u', password: 'p@:/' } }],
    ['esdb://u:p@q@a', { credentials: { username: 'u', password: 'p@q' } }],
    [
      'esdb://u:p@a?keep_alive-interval=20000&tlsCAFile=%2Fca.pem',
      { numbers: { keepAliveInterval: 20_000 }, tlsCAFile: '/ca.pem' },
    ],
  ])('is read: %s', (text, expected) => {
    expect(parseEventStoreAddress(text)).toMatchObject(expected);
  });

  it('is shown without its password', () => {
    const { shown } = parseEventStoreAddress('esdb://admin:s3cr@et@node:2113?tls=true');
    expect(shown).toBe('esdb://***@node:2113?tls=true');
  });

  it.each([
    ['http://node:2113', ['it does not start with esdb:// or kurrentdb://']],
    ['esdb://node', ['a server with TLS asks who comes: write user:password@ before the host']],
    ['esdb://user@node', [expect.stringContaining('a user and a password'), expect.stringContaining('asks who comes')]],
    ['esdb://?tls=false', ['"" is not host:port (several with commas)']],
    ['esdb://node:99999?tls=false', ['"node:99999" is not host:port (several with commas)']],
    ['esdb+discover://a,b?tls=false', ['+discover takes one name, which stands for the whole cluster']],
    ['esdb://node?tls=no', ['tls is true or false', expect.stringContaining('asks who comes')]],
    ['esdb://node?tls=false&tlsVerifyCert=false', [expect.stringContaining('a certificate is always verified')]],
    ['esdb://node?tls=false&nodePreference=follower', [expect.stringContaining('at the leader')]],
    ['esdb://node?tls=false&colour=red', ['"colour" cannot be set (it is not an option)']],
    ['esdb://node?tls=false&tlsCAFile=a.pem', [expect.stringContaining('no use for certificates')]],
    ['esdb://u:p@node?userCertFile=a.pem', ['userCertFile and userKeyFile belong together']],
    ['esdb://u:p@node?keepAliveInterval=-1', ['keepAliveInterval is a whole number from 1']],
    ['esdb://u:%zz@node', [expect.stringContaining('%25'), expect.stringContaining('asks who comes')]],
  ])('is refused with every problem at once: %s', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('never quotes a password, however broken it is', () => {
    for (const text of [
      'esdb://u:hunter2@',
      'esdb://u:hunter2@a:b:c',
      'esdb://u:hunter2@a?x',
      'postgres://u:hunter2@a',
    ]) {
      expect(() => parseEventStoreAddress(text)).toThrow(InvalidEventStoreAddress);
      expect(JSON.stringify(problemsOf(text))).not.toContain('hunter2');
    }
  });
});

/** Where an EventStoreDB or KurrentDB stands and how it is spoken to; the password in it is never printed. */
export interface EventStoreAddress {
  readonly hosts: readonly Host[];
  /** The one host is a name under which the nodes of a cluster gossip (`esdb+discover://`). */
  readonly discover: boolean;
  readonly tls: boolean;
  readonly tlsCAFile?: string;
  readonly userCertFile?: string;
  readonly userKeyFile?: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Numbers of the connection string, in milliseconds (`gossipTimeout`: seconds; `maxDiscoverAttempts`: times). */
  readonly numbers: Readonly<Partial<Record<NumberOption, number>>>;
  readonly connectionName?: string;
  /** The address for logs and error messages: without the password. */
  readonly shown: string;
}

export interface Host {
  readonly address: string;
  readonly port: number;
}

const NUMBER_OPTIONS = [
  'keepAliveInterval',
  'keepAliveTimeout',
  'discoveryInterval',
  'gossipTimeout',
  'maxDiscoverAttempts',
] as const;
type NumberOption = (typeof NUMBER_OPTIONS)[number];

const TEXT_OPTIONS = ['tlsCAFile', 'userCertFile', 'userKeyFile', 'connectionName'] as const;
type TextOption = (typeof TEXT_OPTIONS)[number];

/** Options other clients know and why they are not taken here: said, not ignored. */
const REFUSED_OPTIONS: Readonly<Record<string, string>> = {
  tlsverifycert: 'a certificate is always verified: name its authority with tlsCAFile',
  throwonappendfailure: 'a refused append is always an error: leave it out',
  nodepreference: 'the log is read and written at the leader: leave it out',
  defaultdeadline: 'Retally sets the deadline of every call: leave it out',
};

/** A connection string that cannot be used; the message names every problem at once, and no password. */
export class InvalidEventStoreAddress extends Error {
  override readonly name = 'InvalidEventStoreAddress';
  constructor(readonly problems: readonly string[]) {
    super(
      `The address of the event store cannot be used: ${problems.join('; ')}. ` +
        'It looks like esdb://user:password@host:2113, or esdb://host:2113?tls=false for a server without TLS.',
    );
  }
}

const SCHEME = /^(?:esdb|kurrentdb)(\+discover)?:\/\/(.*)$/is;

/**
 * Reads a connection string as the vendor writes them: `esdb://` or `kurrentdb://`, several hosts with commas,
 * `+discover` for a name that stands for a cluster, options behind `?`.
 * @throws InvalidEventStoreAddress
 */
export function parseEventStoreAddress(text: string): EventStoreAddress {
  const scheme = SCHEME.exec(text.trim());
  if (scheme === null) throw new InvalidEventStoreAddress(['it does not start with esdb:// or kurrentdb://']);
  const problems: string[] = [];
  const rest = scheme[2] ?? '';
  const mark = rest.indexOf('?');
  const place = (mark < 0 ? rest : rest.slice(0, mark)).replace(/\/+$/, '');
  const at = place.lastIndexOf('@');
  const credentials = at < 0 ? undefined : readCredentials(place.slice(0, at), problems);
  const discover = scheme[1] !== undefined;
  const hosts = readHosts(place.slice(at + 1), discover, problems);
  const options = readOptions(mark < 0 ? '' : rest.slice(mark + 1), problems);
  refuseContradictions({ ...options, credentials }, problems);
  if (problems.length > 0) throw new InvalidEventStoreAddress(problems);
  return { hosts, discover, ...(credentials && { credentials }), ...options, shown: shownAs(text.trim()) };
}

function readCredentials(text: string, problems: string[]): EventStoreAddress['credentials'] {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) {
    problems.push('before the @ stand a user and a password with a colon between them');
    return undefined;
  }
  try {
    const [username, password] = [text.slice(0, colon), text.slice(colon + 1)].map(decodeURIComponent);
    return { username: username ?? '', password: password ?? '' };
  } catch {
    problems.push('in the user and the password a % is written %25');
    return undefined;
  }
}

function readHosts(text: string, discover: boolean, problems: string[]): Host[] {
  const hosts = text.split(',').map((host): Host | undefined => {
    const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d+))?$/i.exec(host.trim());
    const port = Number(match?.[2] ?? '2113');
    return match?.[1] === undefined || port < 1 || port > 65_535 ? undefined : { address: match[1], port };
  });
  if (hosts.includes(undefined)) problems.push(`"${text}" is not host:port (several with commas)`);
  if (discover && hosts.length > 1) problems.push('+discover takes one name, which stands for the whole cluster');
  return hosts.filter((host) => host !== undefined);
}

type Options = Pick<EventStoreAddress, 'tls' | 'numbers'> & Partial<Record<TextOption, string>>;

function readOptions(text: string, problems: string[]): Options {
  let tls = true;
  const numbers: Partial<Record<NumberOption, number>> = {};
  const texts: Partial<Record<TextOption, string>> = {};
  for (const pair of text.split('&').filter((each) => each !== '')) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1).trim();
    const known = canonical(key);
    const asNumber = NUMBER_OPTIONS.find((option) => canonical(option) === known);
    const asText = TEXT_OPTIONS.find((option) => canonical(option) === known);
    if (known === 'tls') {
      if (value === 'true' || value === 'false') tls = value === 'true';
      else problems.push('tls is true or false');
    } else if (asNumber !== undefined) {
      if (/^[1-9]\d{0,8}$/.test(value)) numbers[asNumber] = Number(value);
      else problems.push(`${asNumber} is a whole number from 1`);
    } else if (asText !== undefined) {
      texts[asText] = decoded(value, asText, problems);
    } else {
      const reason = REFUSED_OPTIONS[known] ?? 'it is not an option';
      problems.push(`"${key}" cannot be set (${reason})`);
    }
  }
  return { tls, numbers, ...texts };
}

/** The vendor's clients write options in any case, with or without dashes. */
function canonical(option: string): string {
  return option.trim().toLowerCase().replace(/[_-]/g, '');
}

function decoded(value: string, option: string, problems: string[]): string {
  try {
    const text = decodeURIComponent(value);
    if (text === '') problems.push(`${option} is empty`);
    return text;
  } catch {
    problems.push(`in ${option} a % is written %25`);
    return '';
  }
}

function refuseContradictions(
  given: Options & { readonly credentials: EventStoreAddress['credentials'] },
  problems: string[],
): void {
  if ((given.userCertFile === undefined) !== (given.userKeyFile === undefined)) {
    problems.push('userCertFile and userKeyFile belong together');
  }
  if (!given.tls && (given.tlsCAFile !== undefined || given.userCertFile !== undefined)) {
    problems.push('tls=false leaves no use for certificates: take out one or the other');
  }
  if (given.tls && given.credentials === undefined && given.userCertFile === undefined) {
    problems.push('a server with TLS asks who comes: write user:password@ before the host');
  }
}

function shownAs(text: string): string {
  return text.replace(/:\/\/(?:.*)@/s, '://***@');
}

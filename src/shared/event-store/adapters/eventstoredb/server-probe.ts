import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Host } from './address.js';

/** What stands at an address, found out with a socket of our own: a gRPC channel says little of why it cannot connect. */
export type Finding =
  | { readonly kind: 'unknown-host' | 'nothing-listens' | 'no-answer'; readonly detail: string }
  | { readonly kind: 'tls'; readonly certificateFault: string | undefined }
  | { readonly kind: 'no-tls' };

const PROBE_MS = 3_000;

/**
 * Connects, and tries a TLS handshake that accepts any certificate, only to see who answers and whether the certificate
 * would have been refused. Sends nothing, least of all a password.
 * @param authority the certificate authority the address names, in PEM; undefined = those of Node.
 */
export async function probe(host: Host, authority: Buffer | undefined): Promise<Finding> {
  const address = host.address.replace(/^\[|\]$/g, '');
  const failed = await connecting(connectPlain({ host: address, port: host.port }), 'connect');
  if (failed !== undefined) return unreachable(failed);
  const socket = connectTls({
    host: address,
    port: host.port,
    ...(/^[\d.:a-f]+$/i.test(address) ? {} : { servername: address }),
    ...(authority && { ca: authority }),
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  const noHandshake = await connecting(socket, 'secureConnect');
  if (noHandshake !== undefined) return { kind: 'no-tls' };
  return { kind: 'tls', certificateFault: socket.authorized ? undefined : String(socket.authorizationError) };
}

function unreachable(error: NodeJS.ErrnoException): Finding {
  const kind = error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' ? 'unknown-host' : 'nothing-listens';
  return { kind: error.code === 'ETIMEDOUT' ? 'no-answer' : kind, detail: error.message };
}

/** The error that kept it from connecting; undefined when it did. */
function connecting(socket: Socket, event: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const end = (error?: NodeJS.ErrnoException): void => {
      socket.destroy();
      resolve(error);
    };
    socket.once(event, () => end());
    socket.on('error', end);
    socket.setTimeout(PROBE_MS, () => end(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
  });
}

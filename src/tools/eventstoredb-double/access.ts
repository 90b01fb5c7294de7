import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Metadata } from '@grpc/grpc-js';
import { accessDenied, unauthenticated } from './rpc-errors.js';

/** TLS with these files (PEM), and the one user who may do anything. */
export interface Secure {
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly user: string;
  readonly password: string;
}

/** @throws Error when a file cannot be read. */
export function credentialsOf(secure: Secure | undefined): ServerCredentials {
  if (secure === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: readFileSync(secure.keyFile), cert_chain: readFileSync(secure.certificateFile) };
  return ServerCredentials.createSsl(null, [pair]);
}

/** Who sends nothing is nobody, and may nothing; who sends something wrong is refused before it is looked at. */
export function authorize(metadata: Metadata, secure: Secure | undefined): void {
  if (secure === undefined) return;
  const [given] = metadata.get('authorization');
  if (given === undefined) throw accessDenied();
  const expected = Buffer.from(`${secure.user}:${secure.password}`).toString('base64');
  if (given !== `Basic ${expected}`) throw unauthenticated();
}

import pino, { type Logger as Pino } from 'pino';

/** A credential in a log file is a credential given away: wherever one may appear by name, it is cut out. */
const SECRETS = [
  'authorization',
  'apiKey',
  'authKey',
  'auth_key',
  'secret',
  'key.secret',
  'headers.authorization',
  'headers["x-api-key"]',
  'req.headers.authorization',
  'req.headers["x-api-key"]',
  'request.headers.authorization',
  'request.headers["x-api-key"]',
];

/**
 * JSON lines on standard output. Written synchronously, so that worker threads do not mix their lines and the last line
 * before an end is not lost; the record path writes none.
 */
export function pinoLogger(level: string, thread: string): Pino {
  return pino(
    {
      level,
      base: { thread },
      redact: { paths: SECRETS, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 1, sync: true }),
  );
}

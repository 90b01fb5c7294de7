import { Readable } from 'node:stream';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import {
  EvidenceRefused,
  type EvidenceStore,
  type SealedEvidence,
} from '../../../shared/evidence/evidence-store.port.js';
import { ProblemException } from '../../../shared/http/problem.js';
import type { FieldError } from '../../../shared/kernel/refusal.js';
import type { ReceiveUsageFilePayload } from '../application/receive-usage-file.command.js';
import { displayName } from '../domain/file-name.js';
import { COORDINATE_RULE, isCoordinate, isUsageRecordType } from '../domain/streams.js';
import { evidenceRefusals } from './ingestion.refusals.js';

const FIELDS = ['sourcePlatform', 'serviceType', 'usageRecordType', 'mapping'];

/**
 * Reads a multipart upload: the file's bytes go straight into the evidence store, never into memory as a whole; the fields
 * may stand before or after it. @throws ProblemException naming everything wrong with the form, or with the file.
 */
export async function readUpload(request: FastifyRequest, evidence: EvidenceStore): Promise<ReceiveUsageFilePayload> {
  if (!request.isMultipart()) {
    throw new ProblemException(415, {
      code: 'request/unsupported-media-type',
      message: 'A usage file is sent as multipart/form-data with the file in the field "file"',
    });
  }
  const fields = new Map<string, string>();
  const errors: FieldError[] = [];
  let file: { readonly name: string; readonly sealed: SealedEvidence } | undefined;
  let refused: EvidenceRefused | undefined;
  for await (const part of readable(request)) {
    if (part.type === 'field') {
      fields.set(part.fieldname, String(part.value));
    } else if (part.fieldname !== 'file' || file !== undefined || refused !== undefined) {
      errors.push({ path: part.fieldname, message: 'must not be a file: one file, in the field "file", is taken' });
      part.file.resume();
    } else {
      try {
        file = { name: displayName(part.filename), sealed: await evidence.seal(bytesOf(part)) };
      } catch (error) {
        if (!(error instanceof EvidenceRefused)) throw error;
        refused = error;
        // What is still to come is read and dropped, so that the sender gets to read the answer.
        part.file.resume();
      }
    }
  }
  errors.push(...fieldErrors(fields));
  if (file === undefined && refused === undefined) {
    errors.push({ path: 'file', message: 'must be a file: its bytes are what is received' });
  }
  if (errors.length > 0) {
    throw new ProblemException(422, {
      code: 'request/invalid',
      message: 'The upload is incomplete: see errors',
      errors,
    });
  }
  if (refused !== undefined || file === undefined) throw refusal(refused);
  return payloadOf(fields, file);
}

/** The parser's errors have no code, and are all about the body: a boundary that is missing, or an end that never came. */
async function* readable(request: FastifyRequest) {
  try {
    yield* request.parts();
  } catch (error) {
    throw isBroken(error) ? malformed() : error;
  }
}

function isBroken(error: unknown): boolean {
  return (
    error instanceof Error && /^Multipart: Boundary not found$|unexpected end of multipart data$/i.test(error.message)
  );
}

function malformed(): ProblemException {
  return new ProblemException(400, {
    code: 'request/malformed',
    message:
      'The body ends in the middle of its multipart/form-data, or its Content-Type names no boundary: send it whole, and let ' +
      'the client make the Content-Type',
  });
}

/** A file cut off at the size limit ends like a whole one: only its flag tells. */
function bytesOf(part: MultipartFile): Readable {
  async function* bytes() {
    try {
      for await (const chunk of part.file.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
    } catch (error) {
      if (isBroken(error)) throw malformed();
      if ((error as { code?: unknown }).code !== 'FST_REQ_FILE_TOO_LARGE') throw error;
      throw tooLarge();
    }
    if (part.file.truncated) throw tooLarge();
  }
  return Readable.from(bytes());
}

function tooLarge(): EvidenceRefused {
  return new EvidenceRefused('evidence/too-large', 'The file is larger than this server takes: split it');
}

function fieldErrors(fields: ReadonlyMap<string, string>): FieldError[] {
  const errors: FieldError[] = [];
  for (const path of ['sourcePlatform', 'serviceType']) {
    if (!isCoordinate(fields.get(path) ?? '')) errors.push({ path, message: `must be ${COORDINATE_RULE}` });
  }
  if (!isUsageRecordType(fields.get('usageRecordType'))) {
    errors.push({ path: 'usageRecordType', message: 'must be POSTPAID, PRERATED or PREPAID' });
  }
  for (const name of fields.keys()) {
    if (!FIELDS.includes(name))
      errors.push({ path: name, message: `is not known here: ${FIELDS.join(', ')} and file are` });
  }
  return errors;
}

function payloadOf(
  fields: ReadonlyMap<string, string>,
  file: { readonly name: string; readonly sealed: SealedEvidence },
): ReceiveUsageFilePayload {
  const usageRecordType = fields.get('usageRecordType');
  if (!isUsageRecordType(usageRecordType)) throw new Error('The fields were checked before');
  const mapping = fields.get('mapping');
  return {
    sourcePlatform: fields.get('sourcePlatform') ?? '',
    serviceType: fields.get('serviceType') ?? '',
    usageRecordType,
    ...(mapping === undefined || mapping === '' ? {} : { mapping }),
    fileName: file.name,
    via: 'UPLOAD',
    ...file.sealed,
  };
}

function refusal(refused: EvidenceRefused | undefined): ProblemException {
  const code = refused?.code ?? 'evidence/empty';
  return new ProblemException(evidenceRefusals[code] ?? 422, { code, message: refused?.message ?? 'There is no file' });
}

import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { HTTP_CODES, problemType, type Problem } from './problem.js';

export class FieldErrorDto {
  @ApiProperty({ description: 'Where, as a path in the body or the query.', example: 'charges[0].tiers.steps[1].upTo' })
  path!: string;

  @ApiProperty({
    description: 'What is wrong and what would be right.',
    example: 'must be greater than the step before',
  })
  message!: string;
}

/** RFC 9457 problem details: the body of every error answer. */
export class ProblemDto {
  @ApiProperty({
    description: 'Stable address of the kind of problem.',
    example: 'https://retally.dev/problems/request/invalid',
  })
  type!: string;

  @ApiProperty({ description: 'The HTTP status in words.', example: 'Unprocessable Entity' })
  title!: string;

  @ApiProperty({ description: 'The HTTP status.', example: 422 })
  status!: number;

  @ApiProperty({
    description: 'What is wrong, with its ids, and what to do.',
    example: 'The request has 1 wrong field: see errors',
  })
  detail!: string;

  @ApiProperty({ description: 'Stable code, to be compared by programs.', example: 'request/invalid' })
  code!: string;

  @ApiPropertyOptional({
    description: 'Correlation id of the request, the same as in the logs and in X-Request-Id.',
    example: 'urn:retally:request:0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
  })
  instance?: string;

  @ApiPropertyOptional({ description: 'Every wrong field at once.', type: () => [FieldErrorDto] })
  errors?: FieldErrorDto[];

  @ApiPropertyOptional({ description: 'The facts the refusal rests on.', type: 'object', additionalProperties: true })
  facts?: Record<string, unknown>;
}

/** What each error status means when an operation says nothing more special. */
export const PROBLEM_MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read: malformed JSON, a header that is not what it should be.',
  401: 'No credential, or one that is unknown or revoked.',
  403: 'The credential has none of the roles this operation asks for.',
  404: 'There is no such thing in this tenant.',
  409: 'It contradicts the state as it is now; the message says how.',
  412: 'It was changed since it was read: read it again.',
  413: 'The body is larger than the server takes.',
  415: 'The body is of a media type this operation does not take.',
  422: 'The request can be read but is wrong; every wrong field is named in `errors`.',
  429: 'Too many requests: ask again after Retry-After seconds.',
  500: 'A defect; it is logged under the correlation id in `instance`.',
  503: 'The log cannot answer now (`log/unavailable`), or a read model has not come to `minPosition` within 5 s (`read-model/behind`): ask again.',
};

/** What the server itself answers beside HTTP_CODES, where an operation names no code of its own. */
const GENERAL_CODES: Readonly<Record<number, string>> = {
  ...HTTP_CODES,
  409: 'command/in-flight',
  422: 'request/invalid',
  500: 'server/defect',
  503: 'log/unavailable',
};

/**
 * Error answers of an operation: `@ApiProblems({ 409: 'It is paused already (`sources/paused`).' })`. The first code in
 * the text is the one of the example. 401, 403, 422, 500 and 503 are added to every operation by the document's builder, so
 * only what is special to an operation is said here.
 */
export function ApiProblems(problems: Readonly<Record<number, string>>): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...Object.entries(problems).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, content: problemContent(Number(status), description) }),
    ),
  );
}

/** A problem document with an example that says what the description says. */
export function problemContent(status: number, description: string) {
  const code = /`([a-z-]+(?:\/[a-z-]+)+)`/.exec(description)?.[1] ?? GENERAL_CODES[status] ?? `http/${status}`;
  const example: Problem = {
    type: problemType(code),
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: description.replace(/ \(`[^`]*`\)/g, '').replaceAll('`', ''),
    instance: 'urn:retally:request:0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
    code,
    ...(code === 'request/invalid' ? { errors: [{ path: 'limit', message: 'must not be greater than 1000' }] } : {}),
  };
  return { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) }, example } };
}

import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '../command-log/recorded-command.js';

/** The roles of part 8 of the architecture. Every role may read what its routes say; nothing is implied. */
export const ROLES = ['viewer', 'operator', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const ALLOWED_ROLES = 'retally:allowed-roles';
export const PUBLIC_ROUTE = 'retally:public';

/** Which roles may call a route. A route without it (and without @Public) is refused to everybody. */
export const Allow = (...roles: Role[]) => SetMetadata(ALLOWED_ROLES, roles);
/** Reading: every role. */
export const AllowReaders = () => SetMetadata(ALLOWED_ROLES, [...ROLES]);
/** No credential needed: health, metrics, the OpenAPI document. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** The verified principal of the request. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const request = context.switchToHttp().getRequest<{ principal?: Principal }>();
  if (request.principal === undefined) throw new Error('A route without a principal asked for its caller');
  return request.principal;
});

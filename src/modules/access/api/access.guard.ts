import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { isLoopback } from '../../../shared/config/read-config.js';
import { ALLOWED_ROLES, PUBLIC_ROUTE, ROLES } from '../../../shared/http/access.decorators.js';
import { ProblemException } from '../../../shared/http/problem.js';
import { KeyRing, KeyRingBehind } from '../application/key-ring.js';

/** Deny by default: a route says who may call it, or nobody may. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KeyRing) private readonly ring: KeyRing,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { principal?: Principal }>();
    const principal = this.config.auth === 'none' ? this.local(request) : await this.authenticated(request);
    const allowed = this.reflector.getAllAndOverride<readonly string[] | undefined>(ALLOWED_ROLES, targets) ?? [];
    if (!principal.roles.some((role) => allowed.includes(role))) throw forbidden(principal, allowed);
    request.principal = principal;
    return true;
  }

  private async authenticated(request: FastifyRequest): Promise<Principal> {
    const text = credentialOf(request);
    if (text === undefined) throw unauthenticated('Send an API key as "Authorization: Bearer <key>" or as X-Api-Key');
    try {
      const principal = await this.ring.principalOf(text);
      if (principal === undefined) throw unauthenticated('The API key is unknown, expired or revoked');
      return principal;
    } catch (error) {
      if (error instanceof KeyRingBehind) {
        throw new ProblemException(503, {
          code: 'access/starting',
          message: `${error.message}: ask again in a moment`,
        });
      }
      throw error;
    }
  }

  /**
   * Without credentials the loopback address is the only fence, and a web page in a browser on this machine could
   * reach over it: by a host name of its own that resolves to 127.0.0.1, or by a form. Both are told by headers.
   */
  private local(request: FastifyRequest): Principal {
    const origin = request.headers.origin;
    if (!isLocalName(`http://${request.headers.host ?? ''}`) || (origin !== undefined && !isLocalName(origin))) {
      throw new ProblemException(403, {
        code: 'access/local-only',
        message:
          'Authentication is switched off (RETALLY_AUTH=none), so only pages and programs of this machine are served',
      });
    }
    return { tenant: this.config.tenants[0] ?? 'main', actor: 'local', roles: ROLES };
  }
}

function isLocalName(address: string): boolean {
  if (!URL.canParse(address)) return false;
  return isLoopback(new URL(address).hostname.replace(/^\[|\]$/g, ''));
}

function credentialOf(request: FastifyRequest): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const header = request.headers['x-api-key'];
  return bearer ?? (typeof header === 'string' ? header : undefined);
}

function unauthenticated(message: string): ProblemException {
  return new ProblemException(401, { code: 'access/unauthenticated', message });
}

function forbidden(principal: Principal, allowed: readonly string[]): ProblemException {
  const message =
    allowed.length === 0
      ? 'This route says nobody may call it'
      : `This needs one of the roles ${allowed.join(', ')}; the credential has ${principal.roles.join(', ')}`;
  return new ProblemException(403, { code: 'access/forbidden', message, facts: { allowed } });
}

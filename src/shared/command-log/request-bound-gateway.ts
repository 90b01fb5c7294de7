import type { CommandGateway, SubmitOptions, Submitted } from './command-gateway.port.js';
import type { Principal, RecordedCommand } from './recorded-command.js';
import { currentRequest } from '../http/request-context.js';

/** Gives a command the correlation id and the trace of the request it came with, so that no controller has to. */
export class RequestBoundGateway implements CommandGateway {
  constructor(private readonly gateway: CommandGateway) {}

  submit<Answer>(
    principal: Principal,
    command: RecordedCommand<Answer>,
    options: SubmitOptions = {},
  ): Promise<Submitted<Answer>> {
    return this.gateway.submit(principal, command, { ...currentRequest(), ...options });
  }
}

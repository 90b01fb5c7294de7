import { Global, Inject, Module } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import type { Clock } from '../kernel/clock.js';
import { Projections } from '../read-models/projections.js';
import { CLOCK } from '../runtime/tokens.js';
import { CommandsController } from './api/commands.controller.js';
import { LoggedCommandGateway } from './command-gateway.js';
import { COMMAND_GATEWAY } from './command-gateway.port.js';
import { commandsProjection } from './commands.projection.js';
import { RequestBoundGateway } from './request-bound-gateway.js';

/** The one door for commands, for every module, and what came through it. */
@Global()
@Module({
  controllers: [CommandsController],
  providers: [
    {
      provide: COMMAND_GATEWAY,
      inject: [CommandBus, EVENT_STORE, CLOCK],
      useFactory: (bus: CommandBus, store: EventStore, clock: Clock) =>
        new RequestBoundGateway(new LoggedCommandGateway(bus, store, clock)),
    },
  ],
  exports: [COMMAND_GATEWAY],
})
export class CommandLogModule {
  constructor(@Inject(Projections) projections: Projections) {
    projections.register(commandsProjection);
  }
}

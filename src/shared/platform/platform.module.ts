import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CONFIG } from '../config/config.js';
import { EVENT_REGISTRY, EventRegistry } from '../event-store/event-registry.js';
import { Projections } from '../read-models/projections.js';
import { RoleTasks } from '../runtime/role-task.js';
import { CLOCK, LOGGER } from '../runtime/tokens.js';
import { PLATFORM_OPTIONS, type PlatformOptions } from './platform-options.js';

/** The infrastructure, once per Nest context, for every module: ports by their tokens, adapters chosen here alone. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot(options: PlatformOptions): DynamicModule {
    return {
      module: PlatformModule,
      providers: [
        { provide: PLATFORM_OPTIONS, useValue: options },
        { provide: CONFIG, useValue: options.config },
        { provide: CLOCK, useValue: options.clock },
        { provide: LOGGER, useValue: options.logger },
        { provide: EVENT_REGISTRY, useFactory: () => new EventRegistry(options.definitions) },
        Projections,
        RoleTasks,
      ],
      exports: [CONFIG, CLOCK, LOGGER, EVENT_REGISTRY, Projections, RoleTasks],
    };
  }
}

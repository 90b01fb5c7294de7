import { Inject, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import type { Clock } from '../../shared/kernel/clock.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { CLOCK } from '../../shared/runtime/tokens.js';
import { AccessGuard } from './api/access.guard.js';
import { ApiKeysController } from './api/api-keys.controller.js';
import { IssueApiKeyHandler, RevokeApiKeyHandler } from './application/api-keys.handlers.js';
import { MakeFirstKeys } from './application/first-keys.js';
import { FIRST_KEYS } from './application/first-keys.port.js';
import { KeyRing } from './application/key-ring.js';

@Module({
  controllers: [ApiKeysController],
  providers: [
    {
      provide: KeyRing,
      inject: [EVENT_STORE, CLOCK],
      useFactory: (store: EventStore, clock: Clock) => new KeyRing(store, clock),
    },
    { provide: FIRST_KEYS, useClass: MakeFirstKeys },
    IssueApiKeyHandler,
    RevokeApiKeyHandler,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [FIRST_KEYS],
})
export class AccessModule {
  constructor(@Inject(RoleTasks) tasks: RoleTasks, @Inject(KeyRing) ring: KeyRing) {
    tasks.register(ring);
  }
}

import type { DomainEvent } from '../../../src/shared/kernel/event.js';

/** One example of the data of every event type of a union; the compiler holds them to the types of today. */
export type SamplesOf<E extends DomainEvent> = { readonly [Type in E['type']]: Extract<E, { type: Type }>['data'] };

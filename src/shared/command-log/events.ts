import type { EventDefinition } from '../kernel/event-definition.js';
import type { DomainEvent } from '../kernel/event.js';
import type { Refusal } from '../kernel/refusal.js';

/** Stream `command-<tenant>.<commandId>`: first what was asked for and by whom, then what came of it. */
export type CommandAccepted = DomainEvent<
  'CommandAccepted.v1',
  {
    readonly commandId: string;
    /** Literal name of the command, for example `ReprocessSuspense`. */
    readonly name: string;
    /** As asked, plain JSON. */
    readonly payload: unknown;
    /** SHA-256, hex, of the canonical JSON of name and payload: tells a repeat from another request under the same key. */
    readonly payloadHash: string;
    /** The roles the caller had. */
    readonly roles: readonly string[];
    /** Epoch ms; the `now` of every run of this command. */
    readonly acceptedAt: number;
  }
>;
export type CommandCompleted = DomainEvent<
  'CommandCompleted.v1',
  {
    readonly commandId: string;
    readonly answer: unknown;
    /** Log position of the last event it led to; they carry its id in their metadata. */
    readonly position: number;
  }
>;
export type CommandRefused = DomainEvent<
  'CommandRefused.v1',
  { readonly commandId: string; readonly refusal: Refusal }
>;

export type CommandEvent = CommandAccepted | CommandCompleted | CommandRefused;

/** For the registry at the composition root. */
export const commandLogEvents: readonly EventDefinition[] = [
  { type: 'CommandAccepted.v1', encoding: 'json' },
  { type: 'CommandCompleted.v1', encoding: 'json' },
  { type: 'CommandRefused.v1', encoding: 'json' },
];

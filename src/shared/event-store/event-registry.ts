import type { EventDefinition } from '../kernel/event-definition.js';

/** The registry of every event type the log may hold; built once at the composition root from the modules' lists. */
export class EventRegistry {
  private readonly definitions = new Map<string, EventDefinition>();

  constructor(definitions: Iterable<EventDefinition>) {
    for (const definition of definitions) {
      if (!/^[A-Z][A-Za-z]+\.v[1-9]\d*$/.test(definition.type))
        throw new Error(`"${definition.type}" is not Name.v<N>`);
      if (this.definitions.has(definition.type)) throw new Error(`Event type ${definition.type} is registered twice`);
      this.definitions.set(definition.type, definition);
    }
    for (const { type, upcast } of this.definitions.values()) {
      if (upcast !== undefined && !this.definitions.has(upcast.to)) {
        throw new Error(`${type} is upcast to ${upcast.to}, which is not registered`);
      }
    }
    for (const type of this.definitions.keys()) this.assertNoCircle(type);
  }

  get(type: string): EventDefinition {
    const definition = this.definitions.get(type);
    if (definition === undefined) throw new UnknownEventType(type);
    return definition;
  }

  types(): string[] {
    return [...this.definitions.keys()].sort();
  }

  /** Every stored type that is read as `type`: itself and the old versions upcast to it. What a filter must look for. */
  storedAs(type: string): string[] {
    const newest = this.newest(type);
    if (newest !== type) throw new Error(`${type} is an old version, read as ${newest}: ask for that one`);
    return this.types().filter((stored) => this.newest(stored) === type);
  }

  private assertNoCircle(type: string): void {
    const seen = new Set<string>();
    for (let at: string | undefined = type; at !== undefined; at = this.definitions.get(at)?.upcast?.to) {
      if (seen.has(at)) throw new Error(`${type} is upcast in a circle`);
      seen.add(at);
    }
  }

  private newest(type: string): string {
    let current = this.get(type);
    while (current.upcast !== undefined) current = this.get(current.upcast.to);
    return current.type;
  }

  /** Brings stored data to the newest version: `UsageFileReceived.v1` -> its current type and shape. */
  upcast(type: string, data: unknown): { type: string; data: unknown } {
    let current = this.get(type);
    let value = data;
    while (current.upcast !== undefined) {
      value = current.upcast.data(value as never);
      current = this.get(current.upcast.to);
    }
    return { type: current.type, data: value };
  }
}

/** A reader met a type this program does not know: it stops loudly, for skipping it could lose money. */
export class UnknownEventType extends Error {
  override readonly name = 'UnknownEventType';
  constructor(readonly type: string) {
    super(`Event type ${type} is unknown to this version: run the version that wrote it, or a newer one`);
  }
}

export const EVENT_REGISTRY = Symbol('EventRegistry');

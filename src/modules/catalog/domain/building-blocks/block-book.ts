import { addFact, factAt } from '../../../../shared/kernel/effective-dated.js';
import { factOf, type BlockEvent, type BlockFact } from './block-events.js';
import type { BlockDefinition, BlockKind } from './building-block.js';

/** The versions of one block that is there. */
interface Block {
  /** Ascending by start. */
  readonly facts: BlockFact[];
  /** The version said last, whenever it starts. */
  latest: BlockFact;
}

/** Every building block of a tenant as the events applied so far say; effective-dated like everything of the catalog. */
export class BlockBook {
  private readonly blocks = new Map<BlockKind, Map<string, Block>>();

  apply(event: BlockEvent): void {
    if (event.type === 'BuildingBlockRemoved.v1') {
      this.blocks.get(event.data.kind)?.delete(event.data.id);
      return;
    }
    this.add(factOf(event));
  }

  /** What holds of a block at an instant; undefined before its first version, and when there is none. */
  at<Kind extends BlockKind>(kind: Kind, id: string, instant: number): BlockDefinition<Kind> | undefined {
    return this.factAt(kind, id, instant)?.definition as BlockDefinition<Kind> | undefined;
  }

  /** The object is the same one as long as the version is: it may key what is made of it. */
  factAt(kind: BlockKind, id: string, instant: number): BlockFact | undefined {
    const block = this.blocks.get(kind)?.get(id);
    return block === undefined ? undefined : factAt(block.facts, instant);
  }

  /** What was said last of a block, from whenever on it holds. */
  latest<Kind extends BlockKind>(kind: Kind, id: string): BlockDefinition<Kind> | undefined {
    return this.blocks.get(kind)?.get(id)?.latest.definition as BlockDefinition<Kind> | undefined;
  }

  has(kind: BlockKind, id: string): boolean {
    return this.blocks.get(kind)?.has(id) === true;
  }

  /** Every version that may still hold of every block of a kind. */
  *versions(kind: BlockKind): Iterable<BlockFact> {
    for (const block of this.blocks.get(kind)?.values() ?? []) yield* block.facts;
  }

  versionsOf(kind: BlockKind, id: string): readonly BlockFact[] {
    return this.blocks.get(kind)?.get(id)?.facts ?? [];
  }

  /** The starts of all versions of some kinds, ascending, each once: between two of them nothing changes. */
  starts(kinds: readonly BlockKind[]): readonly number[] {
    const starts = kinds.flatMap((kind) => [...this.versions(kind)].map(({ effectiveFrom }) => effectiveFrom));
    return [...new Set(starts)].sort((a, b) => a - b);
  }

  toJSON(): readonly BlockFact[] {
    return [...this.blocks.values()].flatMap((ofKind) =>
      [...ofKind.values()].flatMap(({ facts, latest }) => [...facts.filter((fact) => fact !== latest), latest]),
    );
  }

  static fromJSON(facts: readonly BlockFact[]): BlockBook {
    const book = new BlockBook();
    for (const fact of facts) book.add(fact);
    return book;
  }

  private add(fact: BlockFact): void {
    const ofKind = this.blocks.get(fact.kind) ?? new Map<string, Block>();
    this.blocks.set(fact.kind, ofKind);
    const block = ofKind.get(fact.id);
    if (block === undefined) {
      ofKind.set(fact.id, { facts: [fact], latest: fact });
      return;
    }
    addFact(block.facts, fact);
    block.latest = fact;
  }
}

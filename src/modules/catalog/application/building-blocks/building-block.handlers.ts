import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type CommandContext, type Outcome } from '../../../../shared/command-log/recorded-command.js';
import { AppendTooLarge, EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../../shared/event-store/run-command.js';
import { EVIDENCE_STORE, type EvidenceStore } from '../../../../shared/evidence/evidence-store.port.js';
import { isRefused, refuse } from '../../../../shared/kernel/refusal.js';
import { contradictionsOf, usersOf } from '../../domain/building-blocks/block-guard.js';
import { buildingBlockDecider, type BlockCommand } from '../../domain/building-blocks/building-block.decider.js';
import { blockStream } from '../../domain/streams.js';
import { CatalogBooks } from '../catalog-books.js';
import { DefineBuildingBlock, RemoveBuildingBlock, type BlockAnswer } from './building-block.commands.js';
import { openPrefixes } from './prefix-evidence.js';

@CommandHandler(DefineBuildingBlock)
export class DefineBuildingBlockHandler implements ICommandHandler<DefineBuildingBlock> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(EVIDENCE_STORE) private readonly evidence: EvidenceStore,
    private readonly books: CatalogBooks,
  ) {}

  async execute({ context, payload }: DefineBuildingBlock): Promise<Outcome<BlockAnswer>> {
    const definition = await openPrefixes(this.evidence, payload);
    const { kind, id, prefixes: _, ...rest } = payload;
    return this.books.alone(context.tenant, (book) => {
      const contradictions = contradictionsOf(book, kind, id, definition);
      const data = { ...rest, kind, id, definition, now: context.now, contradictions };
      return decideBlock(this.store, context, { type: 'DEFINE', data });
    });
  }
}

@CommandHandler(RemoveBuildingBlock)
export class RemoveBuildingBlockHandler implements ICommandHandler<RemoveBuildingBlock> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly books: CatalogBooks,
  ) {}

  async execute({ context, payload }: RemoveBuildingBlock): Promise<Outcome<BlockAnswer>> {
    return this.books.alone(context.tenant, (book) => {
      const usedBy = usersOf(book, payload.kind, payload.id);
      return decideBlock(this.store, context, { type: 'REMOVE', data: { ...payload, usedBy } });
    });
  }
}

async function decideBlock(
  store: EventStore,
  context: CommandContext,
  command: BlockCommand,
): Promise<Outcome<BlockAnswer>> {
  const { kind, id } = command.data;
  try {
    const decided = await runCommand(store, {
      stream: blockStream(context.tenant, kind, id),
      decider: buildingBlockDecider,
      command,
      metadata: metadataOf(context),
      cause: context.commandId,
    });
    if (isRefused(decided)) return decided;
    // Every event is a version; none appended means the newest says the same already.
    const version = typeof decided.revision === 'number' ? decided.revision + 1 : 0;
    return { answer: { id, version }, position: decided.position };
  } catch (error) {
    if (!(error instanceof AppendTooLarge)) throw error;
    return refuse(
      'catalog/building-block-too-large',
      `${id} takes ${error.bytes} bytes, more than one event of the log may have: make two of it, each with a part of its rows`,
      { facts: { kind, id, bytes: error.bytes } },
    );
  }
}

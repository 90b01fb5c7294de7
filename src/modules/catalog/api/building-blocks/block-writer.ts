import { Inject, Injectable } from '@nestjs/common';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../../shared/command-log/command-gateway.port.js';
import type { Principal, RecordedCommand } from '../../../../shared/command-log/recorded-command.js';
import { EVIDENCE_STORE, type EvidenceStore } from '../../../../shared/evidence/evidence-store.port.js';
import { answerOf } from '../../../../shared/http/answer.js';
import {
  DefineBuildingBlock,
  RemoveBuildingBlock,
  type BlockAnswer,
} from '../../application/building-blocks/building-block.commands.js';
import { sealPrefixes } from '../../application/building-blocks/prefix-evidence.js';
import { catalogRefusals } from '../catalog.refusals.js';
import type { BlockAnswerDto } from './block.dtos.js';

type Definition = Omit<DefineBuildingBlock['payload'], 'prefixes'>;

/** What a controller needs of Fastify's reply. */
export interface HeaderWriter {
  header(name: string, value: string): unknown;
}

/** How the controllers of all kinds send their commands. */
@Injectable()
export class BlockWriter {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(EVIDENCE_STORE) private readonly evidence: EvidenceStore,
  ) {}

  async define(caller: Principal, request: Definition, reply: HeaderWriter, key?: string): Promise<BlockAnswerDto> {
    const sealed = await sealPrefixes(this.evidence, request.definition);
    return this.submit(caller, new DefineBuildingBlock({ ...request, ...sealed }), reply, key);
  }

  remove(
    caller: Principal,
    request: RemoveBuildingBlock['payload'],
    reply: HeaderWriter,
    key?: string,
  ): Promise<BlockAnswerDto> {
    return this.submit(caller, new RemoveBuildingBlock(request), reply, key);
  }

  private async submit(
    caller: Principal,
    command: RecordedCommand<BlockAnswer>,
    reply: HeaderWriter,
    key?: string,
  ): Promise<BlockAnswerDto> {
    const answer = answerOf(
      await this.gateway.submit(caller, command, key === undefined ? {} : { key }),
      catalogRefusals,
    );
    reply.header('etag', `"${answer.version}"`);
    return answer;
  }
}

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { CommandGateway } from '../../../../shared/command-log/command-gateway.port.js';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import {
  EvidenceRefused,
  type EvidenceStore,
  type SealedEvidence,
} from '../../../../shared/evidence/evidence-store.port.js';
import { isRefused } from '../../../../shared/kernel/refusal.js';
import type { RoleTask } from '../../../../shared/runtime/role-task.js';
import type { Logger } from '../../../../shared/telemetry/logger.js';
import type { MediationConfiguration } from '../../application/mediation-configuration.js';
import { ReceiveUsageFile, type ReceivedAnswer } from '../../application/receive-usage-file.command.js';
import type { UsageFileRejected, UsageStreamKey } from '../../domain/events.js';
import { displayName } from '../../domain/file-name.js';
import { usageFileStream } from '../../domain/streams.js';
import type { FolderTree, FoundFile } from './folder-tree.js';

export interface WatchParts {
  readonly tree: FolderTree;
  readonly store: EventStore;
  readonly evidence: EvidenceStore;
  readonly gateway: CommandGateway;
  readonly configuration: MediationConfiguration;
  readonly logger: Logger;
}

interface Stream {
  readonly tenant: string;
  readonly key: UsageStreamKey;
  readonly folder: string;
}

/**
 * The watched folders of the ingest role. A file in `input` that did not change between two scans moves to `processing`, is
 * sealed and received like an upload, and moves on to `processed` or `rejected` when its fate is known:
 *
 *     input -> processing -> processed      mediated; or the same bytes came before, told by <name>.duplicate.json
 *                         -> rejected       no line of it is billable, told by <name>.problem.json
 *
 * The command's key derives from the file's place in the tree, its inode and its stamps, so a restart, or the instance
 * that watches next, finds the reception that was already made.
 */
export class WatchFoldersTask implements RoleTask {
  readonly name = 'watch-folders';
  readonly role = 'ingest';
  /** Stamps of the last scan, by path. */
  private lastStamps = new Map<string, string>();
  /** Files in `processing` whose fate is not known yet, by path. */
  private readonly received = new Map<string, string>();

  constructor(
    private readonly parts: WatchParts,
    private readonly intervalMs = 2000,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    // Another instance may have worked here since: a path may hold another file by now.
    this.lastStamps = new Map();
    this.received.clear();
    while (!signal.aborted) {
      await this.scan(signal);
      await setTimeout(this.intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** One round over all folders; rounds follow each other, never overlap. */
  scan(signal: AbortSignal): Promise<void> {
    const round = this.round.then(() => this.scanAll(signal));
    // A round that failed must not fail the next one.
    this.round = round.catch(() => undefined);
    return round;
  }

  private round: Promise<void> = Promise.resolve();

  /** A folder that cannot be worked through is told and does not keep the others from theirs. */
  private async scanAll(signal: AbortSignal): Promise<void> {
    const stamps = new Map<string, string>();
    for (const stream of await this.streams()) {
      if (signal.aborted) return;
      try {
        await this.parts.tree.makeUsageStream(stream.tenant, stream.key);
        await this.pickUp(stream, stamps);
        await this.advanceAll(stream, signal);
      } catch (error) {
        this.parts.logger.error({ err: error, folder: stream.folder }, 'A watched folder could not be worked through');
      }
    }
    this.lastStamps = stamps;
  }

  private async advanceAll(stream: Stream, signal: AbortSignal): Promise<void> {
    for (const file of await this.parts.tree.files(`${stream.folder}/processing`)) {
      if (signal.aborted) return;
      try {
        await this.advance(stream, file);
      } catch (error) {
        this.parts.logger.error({ err: error, file: file.path }, 'A file stays in processing and is tried again');
      }
    }
  }

  private async streams(): Promise<readonly Stream[]> {
    const book = await this.parts.configuration.current();
    return book
      .tenants()
      .flatMap((tenant) =>
        book.usageStreams(tenant).map((key) => ({ tenant, key, folder: this.parts.tree.of(tenant, key) })),
      );
  }

  /** Takes what did not change since the last scan: whoever still writes to it is not done. */
  private async pickUp(stream: Stream, stamps: Map<string, string>): Promise<void> {
    for (const file of await this.parts.tree.files(`${stream.folder}/input`)) {
      if (this.lastStamps.get(file.path) === file.stamp) await this.parts.tree.move(stream.folder, file, 'processing');
      else stamps.set(file.path, file.stamp);
    }
  }

  private async advance(stream: Stream, file: FoundFile): Promise<void> {
    const fileId = this.received.get(file.path) ?? (await this.receive(stream, file));
    if (fileId === undefined) return;
    this.received.set(file.path, fileId);
    const fate = await this.fate(stream.tenant, fileId);
    if (fate === undefined) return;
    if (fate === 'mediated') {
      await this.parts.tree.move(stream.folder, file, 'processed');
    } else {
      await this.reject(stream, file, fate);
    }
    this.received.delete(file.path);
  }

  /** The file's id, or undefined when it went to its last folder already (or must be tried again). */
  private async receive(stream: Stream, file: FoundFile): Promise<string | undefined> {
    let sealed: SealedEvidence;
    try {
      // O_NOFOLLOW: what was a file at the scan must not be a link to another one now.
      const opened = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
      sealed = await this.parts.evidence.seal(opened.createReadStream());
    } catch (error) {
      // With a cause it is the disk, not the file: it stays where it is and is tried again.
      if (!(error instanceof EvidenceRefused) || error.cause !== undefined) throw error;
      await this.reject(stream, file, { code: error.code, message: error.message });
      return undefined;
    }
    const command = new ReceiveUsageFile({ ...stream.key, ...sealed, fileName: displayName(file.name), via: 'FOLDER' });
    const caller = { tenant: stream.tenant, actor: 'role:ingest', roles: [] };
    const { sourcePlatform, serviceType, usageRecordType } = stream.key;
    const place = [stream.tenant, sourcePlatform, serviceType, usageRecordType, file.name].join('/');
    const key = `folder-${createHash('sha256').update(`${place}/${file.stamp}`).digest('hex').slice(0, 32)}`;
    const { outcome } = await this.parts.gateway.submit<ReceivedAnswer>(caller, command, { key });
    if (isRefused(outcome)) {
      if (outcome.refused.code === 'command/in-flight') return undefined;
      await this.reject(stream, file, outcome.refused);
      return undefined;
    }
    const { fileId, duplicateOf } = outcome.answer;
    if (duplicateOf === undefined) return fileId;
    const path = await this.parts.tree.move(stream.folder, file, 'processed');
    await this.parts.tree.explain(path, 'duplicate.json', {
      duplicateOf,
      message: `These bytes were received before as file ${duplicateOf}: nothing was received again`,
    });
    return undefined;
  }

  private async fate(tenant: string, fileId: string): Promise<'mediated' | UsageFileRejected['data'] | undefined> {
    const stream = usageFileStream(tenant, fileId);
    for await (const event of this.parts.store.readStream(stream, { direction: 'backward', limit: 1 })) {
      if (event.type === 'UsageFileRejected.v1') return event.data as UsageFileRejected['data'];
      if (event.type === 'UsageFileMediated.v1') return 'mediated';
    }
    return undefined;
  }

  private async reject(stream: Stream, file: FoundFile, problem: object): Promise<void> {
    const path = await this.parts.tree.move(stream.folder, file, 'rejected');
    await this.parts.tree.explain(path, 'problem.json', problem);
    this.parts.logger.warn(
      { tenant: stream.tenant, file: path, problem },
      'A usage file of a watched folder was rejected',
    );
  }
}

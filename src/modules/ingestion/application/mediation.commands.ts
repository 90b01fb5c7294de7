import { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import type { MappingDefinition } from '../domain/mapping/definition.js';

export interface SourcePlatformAnswer {
  readonly sourcePlatform: string;
}

export class CreateSourcePlatform extends RecordedCommand<SourcePlatformAnswer> {
  readonly name = 'CreateSourcePlatform';
  constructor(
    readonly payload: { readonly sourcePlatform: string; readonly name: string; readonly description?: string },
  ) {
    super();
  }
}

export class PauseSourcePlatform extends RecordedCommand<SourcePlatformAnswer> {
  readonly name = 'PauseSourcePlatform';
  constructor(readonly payload: { readonly sourcePlatform: string; readonly reason: string }) {
    super();
  }
}

export class ResumeSourcePlatform extends RecordedCommand<SourcePlatformAnswer> {
  readonly name = 'ResumeSourcePlatform';
  constructor(readonly payload: { readonly sourcePlatform: string; readonly reason: string }) {
    super();
  }
}

export interface MappingAnswer {
  readonly mapping: string;
  readonly version: number;
}

/** A new mapping, or a new version of one there is. */
export class AddMapping extends RecordedCommand<MappingAnswer> {
  readonly name = 'AddMapping';
  constructor(
    readonly payload: { readonly mapping: string; readonly reason: string; readonly definition: MappingDefinition },
  ) {
    super();
  }
}

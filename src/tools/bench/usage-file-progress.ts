import { openAsBlob } from 'node:fs';
import type { ApiClient } from '../local/api-client.js';
import { SAMPLE_SOURCES } from '../demo/data/sample-mappings.js';
import type { BenchFile } from './bench-file.js';

/** What the bench reads of `GET /v1/usage-files/{fileId}`. */
export interface FileProgress {
  readonly status: string;
  readonly phases: {
    readonly mediation: { readonly processed: number };
    readonly rating: { readonly total: number; readonly processed: number; readonly suspended: number };
  };
}

/** What the upload answered; a read that asks for `position` finds the file. */
export interface UploadedFile {
  readonly fileId: string;
  readonly position: number;
}

export async function uploadBenchFile(api: ApiClient, file: BenchFile): Promise<UploadedFile> {
  return api.upload<UploadedFile>('/v1/usage-files', await openAsBlob(file.path), file.name, {
    ...SAMPLE_SOURCES.voice,
  });
}

export function fileProgress(api: ApiClient, { fileId, position }: UploadedFile): Promise<FileProgress> {
  return api.get<FileProgress>(`/v1/usage-files/${fileId}`, { minPosition: position });
}

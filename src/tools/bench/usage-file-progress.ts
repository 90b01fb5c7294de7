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

export async function uploadBenchFile(api: ApiClient, file: BenchFile): Promise<string> {
  const { fileId, position } = await api.upload<{ fileId: string; position: number }>(
    '/v1/usage-files',
    await openAsBlob(file.path),
    file.name,
    {
      ...SAMPLE_SOURCES.voice,
    },
  );
  await api.get(`/v1/usage-files/${fileId}`, { minPosition: position });
  return fileId;
}

export function fileProgress(api: ApiClient, fileId: string): Promise<FileProgress> {
  return api.get<FileProgress>(`/v1/usage-files/${fileId}`);
}

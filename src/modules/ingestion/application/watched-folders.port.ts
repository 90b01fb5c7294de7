import type { UsageStreamKey } from '../domain/events.js';

/** The folders of one usage stream: `<home>/<tenant>/mediation/<platform>/<service type>/<record type>/{input,…}`. */
export interface WatchedFolders {
  /** Makes the platform's folder; its streams get theirs with their first mapping. */
  makePlatform(tenant: string, sourcePlatform: string): Promise<void>;
  makeUsageStream(tenant: string, key: UsageStreamKey): Promise<void>;
}

export const WATCHED_FOLDERS = Symbol('WatchedFolders');

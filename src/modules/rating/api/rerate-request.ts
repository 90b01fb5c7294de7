import { instantOf } from '../../../shared/http/is-instant.js';
import type { RunWanted } from '../application/runs/request-rating-run.command.js';
import type { RerateSelection } from '../domain/runs/run-events.js';
import type { RerateRequestDto, RerateSelectionDto } from './rerates.dto.js';

/** What the body of a request asks for. */
export function wantedOf({ mode, selection, previewId = '', previewHash = '' }: RerateRequestDto): RunWanted {
  const given = selection === undefined ? undefined : plain(selection);
  if (mode === 'PREVIEW') return { kind: 'RERATE', mode, selection: given ?? {} };
  const preview = { runId: previewId, hash: previewHash };
  return { kind: 'RERATE', mode, preview, ...(given === undefined ? {} : { selection: given }) };
}

/** Plain JSON with the members that were given, for the log. */
function plain(dto: RerateSelectionDto): RerateSelection {
  const [from, to] = [instantOf(dto.from), instantOf(dto.to)];
  return {
    ...(dto.accountIds === undefined ? {} : { accountIds: [...new Set(dto.accountIds)].sort() }),
    ...(dto.priceOfferId === undefined ? {} : { priceOfferId: dto.priceOfferId }),
    ...(dto.usageType === undefined ? {} : { usageType: dto.usageType }),
    ...(dto.fileId === undefined ? {} : { fileId: dto.fileId }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

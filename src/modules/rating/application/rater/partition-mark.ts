/** How far the stream answers the partition's inputs. */
export interface Mark {
  readonly through: number;
  readonly partial?: { readonly position: number; readonly records: number };
}

/** For the id of an event: what it follows and how far it answers. */
export function markText({ through, partial }: Mark): string {
  return partial === undefined ? String(through) : `${through}+${partial.position}.${partial.records}`;
}

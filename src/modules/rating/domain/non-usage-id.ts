/** Where a monetized non-usage record stands: the log position of its event, and its row. */
export interface NonUsageAddress {
  readonly position: number;
  readonly row: number;
}

/** `<log position>:<row>` */
export function nonUsageId(position: number, row: number): string {
  return `${position}:${row}`;
}

export function parseNonUsageId(id: string): NonUsageAddress | undefined {
  const match = /^(\d{1,15}):(\d{1,6})$/.exec(id);
  return match === null ? undefined : { position: Number(match[1]), row: Number(match[2]) };
}

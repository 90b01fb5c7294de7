/** A raw usage record's address for people: `<fileId>:<line>`, the line counted from 1. */
export interface RecordAddress {
  readonly fileId: string;
  readonly line: number;
}

export function recordId(fileId: string, line: number): string {
  return `${fileId}:${line}`;
}

export function parseRecordId(text: string): RecordAddress | undefined {
  const match = /^([0-9a-z-]+):([1-9]\d{0,14})$/.exec(text);
  return match?.[1] === undefined ? undefined : { fileId: match[1], line: Number(match[2]) };
}

/** A monetized usage record: `<fileId>:<line>:<charge>`, the charge counted from 0 in the order of the price. */
export function monetizedId(fileId: string, line: number, charge: number): string {
  return `${fileId}:${line}:${charge}`;
}

export function parseMonetizedId(text: string): (RecordAddress & { readonly charge: number }) | undefined {
  const match = /^([0-9a-z-]+):([1-9]\d{0,14}):(\d{1,4})$/.exec(text);
  return match?.[1] === undefined ? undefined : { fileId: match[1], line: Number(match[2]), charge: Number(match[3]) };
}

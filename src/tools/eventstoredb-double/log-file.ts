import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { StoredEvent } from './stored-event.js';

const MAGIC = Buffer.from('EventStoreDB double, log 1\n');
const LENGTH_BYTES = 4;
const CHECK_BYTES = 8;
const HEAD_BYTES = LENGTH_BYTES + CHECK_BYTES;

/**
 * One append is one frame: length, check sum, events. It is handed to the operating system before the append is
 * answered, so it outlives the process, killed or not; it need not outlive the machine. A frame cut off by a kill is
 * removed when the file is opened again: its append was never answered.
 */
export class LogFile {
  private constructor(
    private readonly descriptor: number,
    private size: number,
  ) {}

  /** @throws Error when the file cannot be opened, is no such log, or is damaged before its end. */
  static open(path: string): { file: LogFile; stored: readonly StoredEvent[] } {
    mkdirSync(dirname(path), { recursive: true });
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    if (bytes.length > 0 && !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new Error(`${path} is not a log of the EventStoreDB double: name another file`);
    }
    const { stored, size } = readFrames(path, bytes);
    const descriptor = openSync(path, bytes.length > 0 ? 'r+' : 'w+');
    if (bytes.length === 0) writeSync(descriptor, MAGIC, 0, MAGIC.length, 0);
    ftruncateSync(descriptor, size);
    return { file: new LogFile(descriptor, size), stored };
  }

  write(events: readonly StoredEvent[]): void {
    const body = serialize(events);
    const frame = Buffer.concat([head(body), body]);
    let written = 0;
    while (written < frame.length) {
      written += writeSync(this.descriptor, frame, written, frame.length - written, this.size + written);
    }
    this.size += frame.length;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function head(body: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, checkOf(body)]);
}

function checkOf(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, CHECK_BYTES);
}

/** The events of all whole frames, and where the last of them ends. */
function readFrames(path: string, bytes: Buffer): { stored: readonly StoredEvent[]; size: number } {
  const stored: StoredEvent[] = [];
  let size = MAGIC.length;
  while (size + HEAD_BYTES <= bytes.length) {
    const from = size + HEAD_BYTES;
    const length = bytes.readUInt32LE(size);
    if (from + length > bytes.length) break;
    const body = bytes.subarray(from, from + length);
    if (!checkOf(body).equals(bytes.subarray(size + LENGTH_BYTES, from))) {
      throw new Error(`${path} is damaged at byte ${size}: delete it, or put a copy of it back`);
    }
    for (const event of deserialize(body) as StoredEvent[]) stored.push(event);
    size = from + length;
  }
  return { stored, size };
}

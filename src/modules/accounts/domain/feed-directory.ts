import type { ByteReader, ByteWriter } from '../../../shared/kernel/byte-stream.js';
import { AccountDirectory } from './account-directory.js';
import type { AccountEvent } from './events.js';
import { specialKey } from './special-key.js';

/** All that a message of the feed is decided on: who is there, and what was spoken of beside the catalog. */
export class FeedDirectory extends AccountDirectory {
  /** Top-ups, custom rates and commitments, each with its account: a payment is never counted twice, so for ever. */
  private readonly specials = new Map<string, string>();

  override apply(event: AccountEvent): number {
    const subject = super.apply(event);
    switch (event.type) {
      case 'TopUpMade.v1':
      case 'CustomRatesDefined.v1':
      case 'CustomRatesEnded.v1':
      case 'CommitmentDefined.v1':
      case 'CommitmentEnded.v1':
        this.specials.set(specialKey(event), event.data.account);
        return subject;
      default:
        return subject;
    }
  }

  /** The account that spoke of a top-up, custom rates or a commitment before; undefined when none did. */
  spokenOfBy(key: string): string | undefined {
    return this.specials.get(key);
  }

  override write(writer: ByteWriter): void {
    super.write(writer);
    writer.text(JSON.stringify([...this.specials]));
  }

  protected override readOn(reader: ByteReader): void {
    super.readOn(reader);
    for (const [key, account] of JSON.parse(reader.text()) as [string, string][]) this.specials.set(key, account);
  }
}

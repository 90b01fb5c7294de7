import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { NoteInvoiceLines, type NoteAnswer } from './commands.js';
import { InvoiceNotes } from './invoice-notes.js';

@CommandHandler(NoteInvoiceLines)
export class NoteInvoiceLinesHandler implements ICommandHandler<NoteInvoiceLines> {
  private readonly notes: InvoiceNotes;

  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {
    this.notes = new InvoiceNotes(store);
  }

  async execute({ context, payload }: NoteInvoiceLines): Promise<Outcome<NoteAnswer>> {
    const lines = payload.lines.map((line) => ({ ...line, account: '' }));
    const result = await this.notes.noteAll(lines, 'WEBHOOK', metadataOf(context));
    const unmatched = result.unmatched.map(({ lineId, why }) => ({ lineId, why }));
    const position = result.position === 0 ? await this.store.head() : result.position;
    return { answer: { noted: result.noted, repeated: result.repeated, unmatched }, position };
  }
}

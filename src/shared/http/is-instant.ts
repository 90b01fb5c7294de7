import { ValidateBy } from 'class-validator';
import { parseInstant } from '../kernel/fields.js';

/** An RFC 3339 instant with its zone: without one it would be read in the zone the server happens to run in. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value) => typeof value === 'string' && parseInstant(value) !== undefined,
      defaultMessage: () => 'must be an RFC 3339 instant with a zone, such as 2026-01-01T00:00:00Z',
    },
  });
}

/** What a field that is an instant says, in epoch ms; undefined when it was left out. */
export function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseInstant(text);
}

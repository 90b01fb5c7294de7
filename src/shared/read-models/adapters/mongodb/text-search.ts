import { LOWER } from './row-document.js';

const ASCII = /^[\u0001-\u007f]*$/;
const LETTER = /[A-Za-z]/;

/** A condition on documents; every value in it stands behind an operator of ours. */
export type Filter = Readonly<Record<string, unknown>>;

/**
 * "Contains, ignoring case", alike in every adapter. A text of ASCII ignores the case of ASCII letters alone (so `k`
 * does not find the Kelvin sign, which the engine's own `i` option would). A text with other letters is looked for in
 * the lower-cased copy that documents keep of such texts, both lower-cased by the same function.
 */
export function containsFilter(field: string, path: string, text: string): Filter {
  const inAscii = { [path]: { $regex: ignoringAsciiCase(text) } };
  if (ASCII.test(text)) return inAscii;
  const inLower = { [`${LOWER}.${field}`]: { $regex: literally(text.toLowerCase()) } };
  // A NUL is no letter of its own to either: such a text may stand in an ASCII text, too.
  return text.includes('\u0000') ? { $or: [inLower, inAscii] } : inLower;
}

function ignoringAsciiCase(text: string): string {
  let pattern = '';
  for (const character of text) {
    pattern += LETTER.test(character) ? `[${character.toLowerCase()}${character.toUpperCase()}]` : literally(character);
  }
  return pattern;
}

/** A regular expression cannot hold a NUL as it stands. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\u0000', '\\x00');
}

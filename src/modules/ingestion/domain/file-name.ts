/**
 * A file's name as it is shown: what a sender calls it, never where anything is stored. Folders are cut off, control signs
 * and marks that turn the direction of writing are taken out, and the length is bounded.
 */
export function displayName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '').trim();
  const shown = Array.from(clean).slice(0, 200).join('');
  return shown === '' || shown === '.' || shown === '..' ? 'unnamed' : shown;
}

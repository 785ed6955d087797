/** Text that breaks careless quoting, encoding and joining. */
export const unicodeText = 'Grüße, 世界 👩‍👩‍👧 \u202eעברית \'x" \\ %_ \u0001\n\t$1 $${ :b \ufeff';

/** The longest id that every store must take: 255 characters, of which only the last tells two apart. */
export function longestText(last: string): string {
  return `${'ü'.repeat(254)}${last}`;
}

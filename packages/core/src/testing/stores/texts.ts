/** Text that breaks careless quoting, encoding and joining. */
export const unicodeText = 'Grüße, 世界 👩‍👩‍👧 \u202eעברית \'x" \\ %_ \u0001\n\t$1 $${ :b \ufeff';

/** The longest id that every store must take: 255 characters, of which only the last tells two apart. */
export function longestText(last: string): string {
  return `${'ü'.repeat(254)}${last}`;
}

/** The longest data that a one-time token carries, in characters of two and three bytes, pairs of surrogates and controls. */
export const longestData = unicodeText.repeat(Math.floor(4096 / unicodeText.length)).padEnd(4096, '世');

/** Text that no store can hold under every database: where it would name something new, the store refuses it. */
export const unstorableTexts: readonly string[] = ['\0', 'a\0b', '\ud800', 'x\udfff', 'z'.repeat(10_000)];

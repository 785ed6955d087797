/** A text as a literal, whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  const quoted = `'${text.replace(/['\\]/g, '$&$&')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** A name as an identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The text of an array: drivers disagree on how arrays are sent, and none changes a text. */
export function arrayText(values: readonly (string | number)[]): string {
  return `{${values.map((value) => `"${String(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** The first instant that Postgres has: it knows none before 4714 BC. */
export const firstMs = Date.UTC(-4713, 10, 24);

/** The first instant that `Date` does not have. Postgres goes on for 18,000 years. */
export const endMs = 8_640_000_000_000_001;

/** The text of a whole number of milliseconds since 1970. What is beyond both ends is at them. */
export function timestampText(ms: number): string {
  if (ms >= endMs) return '275760-09-13 00:00:00.001+00';
  const date = new Date(Math.max(ms, firstMs));
  const year = date.getUTCFullYear();
  const rest = date.toISOString().slice(-20, -1).replace('T', ' ');
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${rest}+00${year > 0 ? '' : ' BC'}`;
}

/**
 * A table as CSV (RFC 4180), every cell in quotes.
 *
 * What a spreadsheet would take for a formula has an apostrophe before it (OWASP CSV injection), also in the forms of full
 * width: text that somebody chose must not run where an administrator opens the file.
 */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(writeCell).join(',')}\r\n`).join('');
}

function writeCell(text: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

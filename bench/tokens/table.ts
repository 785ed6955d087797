/** Prints rows as a Markdown table. The columns are those of all rows together. */
export function printTable(title: string, rows: readonly object[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [
    columns,
    columns.map(() => '---'),
    ...rows.map((row) => columns.map((name) => cell(row, name))),
  ];
  console.log(`### ${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
}

function cell(row: object, column: string): string {
  return String((row as Record<string, unknown>)[column] ?? '');
}

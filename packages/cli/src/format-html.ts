import { createHash } from 'node:crypto';
import { describeRoles, listInForce } from './format-text.js';
import { printable } from './printable.js';
import type { Snapshot } from './snapshot.js';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem; background: Canvas; color: CanvasText; }
table { border-collapse: collapse; margin-block: 1rem 2rem; }
caption { text-align: start; padding-block: .5rem; font-weight: 600; }
th, td { border: 1px solid GrayText; padding: .25rem .75rem; text-align: start; font-weight: 400; }
thead th { position: sticky; top: 0; background: Canvas; font-weight: 600; }
.always { font-weight: 700; }
.never { color: GrayText; }
`;

/**
 * The policy as a page that needs nothing else. Names of rules are free text, so everything is escaped, and the page itself
 * forbids scripts, requests and any style but its own.
 */
export function formatHtml({ matrix, rules }: Snapshot, findings: readonly string[]): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const permissions = Object.keys(matrix[0]?.permissions ?? {});
  const head = (names: readonly string[]) =>
    `<thead><tr>${names.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')}</tr></thead>`;
  const row = (name: string, cells: readonly string[]) =>
    `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  const cell = (text: string) => `<td>${escapeHtml(text)}</td>`;

  const table = permissions.map((permission) =>
    row(
      permission,
      matrix.map((line) => {
        const extent = line.permissions[permission] ?? 'never';
        return `<td class="${extent}">${extent}</td>`;
      }),
    ),
  );
  const lines = listInForce(rules).map(({ permission, effect, name, when, roles }) =>
    row(permission, [effect, name, when, describeRoles(roles)].map(cell)),
  );

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<title>Policy</title>
<style>${style}</style>
</head>
<body>
<h1>Policy</h1>
<p><b>Always</b>: whatever the record, within the tenant where there is one. <b>Sometimes</b>: for some records.</p>
<table>
<caption>Who may do what</caption>
${head(['Permission', ...matrix.map(({ role }) => role)])}
<tbody>
${table.join('\n')}
</tbody>
</table>
<table>
<caption>What it depends on besides roles</caption>
${head(['Permission', 'Effect', 'Name', 'When', 'For'])}
<tbody>
${lines.join('\n')}
</tbody>
</table>
<h2>Findings</h2>
<ul>
${(findings.length === 0 ? ['None.'] : findings).map((finding) => `<li>${escapeHtml(finding)}</li>`).join('\n')}
</ul>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}

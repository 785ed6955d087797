import { fileURLToPath } from 'node:url';

/** Everybody may load these files: scripts, styles, and the page at `/`. */
export const publicFolder = fileURLToPath(new URL('../public', import.meta.url));

/** Pages that are served behind a guard only. */
export const pagesFolder = fileURLToPath(new URL('../pages', import.meta.url));

/** Headers of every page and file: nothing but our own scripts and styles runs, and nobody frames us. */
export function webHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy':
      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https:') && {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    }),
  };
}

import { fileURLToPath } from 'node:url';

/** Everybody may load these files: scripts, styles, and the page at `/`. */
export const publicFolder = fileURLToPath(new URL('../public', import.meta.url));

/** Pages that are served behind a guard only. */
export const pagesFolder = fileURLToPath(new URL('../pages', import.meta.url));

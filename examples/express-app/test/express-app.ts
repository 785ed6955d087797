import { fileURLToPath } from 'node:url';
import type { ExampleApp } from '@tessera-auth/example-shared/test-support';

/** The server under test. */
export const expressApp: ExampleApp = {
  name: 'express',
  main: fileURLToPath(new URL('../src/main.ts', import.meta.url)),
};

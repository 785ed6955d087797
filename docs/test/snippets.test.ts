import { expect, it } from 'vitest';
import { compile } from './support/compile.js';
import { listBlocks, listPages } from './support/pages.js';

const blocks = listPages()
  .flatMap(listBlocks)
  .filter(({ language }) => language === 'ts');

/** A block with a mistake: a compiler that saw nothing would have nothing to say of it either. */
const wrong = `import { createAuth } from '@tessera-auth/core';\ncreateAuth({ publicUrl: 7 });\n`;

it('every ts block of every page compiles, and one that does not is noticed', { timeout: 300_000 }, () => {
  expect(blocks.length).toBeGreaterThan(20);
  const sources = new Map([...blocks.map(({ place, code }) => [place, code] as const), ['planted:1', wrong]]);

  const problems = compile(sources, {
    ambient: ['support/ambient.d.ts'],
    // A block shows what something is called and need not use it.
    compilerOptions: { noUnusedLocals: false },
  });

  expect(problems).toEqual([expect.stringMatching(/^planted:1, line 2: .*not assignable/s)]);
});

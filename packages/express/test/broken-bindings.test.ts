import { collectCases, testBinding } from '@tessera-auth/core/testing';
import { describe, expect, it } from 'vitest';
import { bindingDefects } from './support/binding-defects.js';
import { startExpressApp } from './support/start-express-app.js';

describe('the conformance suite notices a binding that', () => {
  for (const { name, noticedBy, binding } of bindingDefects) {
    it(name, async () => {
      const cases = collectCases((runner) =>
        testBinding(runner, { name: 'broken', start: (setup) => startExpressApp(setup, binding) }),
      );
      const noticing = cases.get(noticedBy);
      expect(noticing, `there is no case "${noticedBy}"`).toBeDefined();
      await expect(noticing?.()).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
    });
  }
});

describe('the conformance suite', () => {
  it('closes the apps of a case that fails', async () => {
    let [started, closed] = [0, 0];
    const cases = collectCases((runner) =>
      testBinding(runner, {
        name: 'empty',
        async start(setup) {
          started += 1;
          const { port, close } = await startExpressApp({ ...setup, mounts: [], pages: [] });
          return {
            port,
            async close() {
              closed += 1;
              await close();
            },
          };
        },
      }),
    );
    await expect(cases.get('routes > HEAD has the head of GET and no body')?.()).rejects.toThrow();
    expect([started, closed]).toEqual([1, 1]);
  });
});

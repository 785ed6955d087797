import assert from 'node:assert/strict';
import type { StoreChapter } from './store-case.js';

/** What stores say of themselves. */
export const traitsChapter: StoreChapter = {
  name: 'traits',
  cases: [
    {
      name: 'a store that says what it is names its medium in a word, and a durability that there is',
      async run({ stores }) {
        const { sessions, revocations, users, oneTimeTokens, rateLimits, secondFactors, audit } = stores;
        const all = { sessions, revocations, users, oneTimeTokens, rateLimits, secondFactors, audit };
        for (const [name, store] of Object.entries(all)) {
          const traits = store?.traits;
          if (traits === undefined) continue;
          assert.match(traits.medium, /^[a-z][a-z0-9-]*$/, `the medium of ${name}`);
          const durabilities: readonly string[] = ['process', 'failover', 'committed'];
          assert.ok(durabilities.includes(traits.durability), `the durability of ${name}`);
        }
      },
    },
  ],
};

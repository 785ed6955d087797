import assert from 'node:assert/strict';
import { assignmentCases } from './roles/assignment-cases.js';
import { createBulkCase, definitionCases } from './roles/definition-cases.js';
import { judgedCases } from './roles/judged-cases.js';
import { keepingCases } from './roles/keeping-cases.js';
import { kindCases } from './roles/kind-cases.js';
import { raceCases } from './roles/race-cases.js';
import type { StoreChapter } from './store-case.js';

/** What a store of roles must do. */
export function roleStoreChapters(bulkHolders: number): readonly StoreChapter[] {
  return [
    { name: 'role assignments', cases: assignmentCases },
    { name: 'role definitions', cases: [...definitionCases, createBulkCase(bulkHolders)] },
    { name: 'roles that must stay', cases: keepingCases },
    { name: 'roles of the code and others of their name', cases: kindCases },
    { name: 'roles by which somebody was judged', cases: judgedCases },
    { name: 'role races', cases: raceCases },
  ];
}

/** For stores without any. */
export const withoutRolesChapter: StoreChapter = {
  name: 'roles',
  cases: [
    {
      name: 'are not offered, as declared',
      async run({ stores }) {
        assert.equal(stores.roles, undefined);
      },
    },
  ],
};

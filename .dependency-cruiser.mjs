import { coreEntries, coreLayers } from './tools/checks/layers.mjs';

const core = '^packages/core/';
const coreSource = '^packages/core/src/';
const test = '^((packages|examples|tools)/[^/]+|proofs)/test/';

const direction = coreLayers.slice(0, -1).map(({ name, path }, index) => ({
  name: `${name}-imports-only-from-its-left`,
  comment: `The layers, from left to right: ${coreLayers.map((layer) => layer.name).join(', ')}.`,
  severity: 'error',
  from: { path },
  to: { path: coreLayers.slice(index + 1).map((layer) => layer.path) },
}));

export default {
  forbidden: [
    ...direction,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domains-are-islands',
      comment: 'A domain that needs a fact from another takes a function; create-auth plugs it in.',
      severity: 'error',
      from: { path: `${coreSource}domains/([^/.]+)[/.]` },
      to: { path: `${coreSource}domains/`, pathNot: `${coreSource}domains/$1[/.]` },
    },
    {
      name: 'entries-only-re-export',
      comment: 'Inside the core, import the file that has the thing, not the door that users come through.',
      severity: 'error',
      from: { path: coreSource },
      to: { path: [coreEntries.main, coreEntries.primitives] },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { pathNot: [`${coreSource}testing/`, test] },
      to: { path: `${coreSource}testing/` },
    },
    {
      name: 'sources-do-not-know-tests',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: [test, '^tools/', '^examples/', '^bench/'] },
    },
    {
      name: 'core-knows-no-sibling',
      severity: 'error',
      from: { path: coreSource },
      to: { path: '^packages/(?!core/)' },
    },
    {
      name: 'siblings-know-only-the-core',
      severity: 'error',
      from: { path: '^packages/(?!core/)([^/]+)/src/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', core] },
    },
    {
      name: 'the-core-is-entered-by-its-doors',
      severity: 'error',
      from: { pathNot: core },
      to: { path: coreSource, pathNot: Object.values(coreEntries) },
    },
    {
      name: 'adapters-see-only-stores',
      severity: 'error',
      from: { path: '^packages/adapters-[^/]+/src/', pathNot: '^packages/adapters-[^/]+/src/authorization/' },
      to: { path: core, pathNot: coreEntries.stores },
    },
    {
      name: 'sql-of-policies-sees-only-policies',
      comment:
        'A policy as SQL is made of conditions that core/authorization hands out; it decides nothing itself.',
      severity: 'error',
      from: { path: '^packages/adapters-[^/]+/src/authorization/' },
      to: { path: core, pathNot: [coreEntries.authorization, coreEntries.stores] },
    },
    {
      name: 'stores-of-adapters-know-no-policies',
      severity: 'error',
      from: {
        path: '^packages/adapters-[^/]+/src/',
        pathNot: '^packages/adapters-[^/]+/src/authorization/',
      },
      to: { path: '^packages/adapters-[^/]+/src/authorization/' },
    },
    {
      name: 'core-tests-come-through-the-doors',
      severity: 'error',
      from: { path: '^packages/core/test/' },
      to: { path: coreSource, pathNot: Object.values(coreEntries) },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    // Types count: a layer that knows the types of another knows that layer.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tessera-auth/source', 'import', 'types', 'node', 'default'],
    },
  },
};

const core = '^packages/core/src';

/**
 * The layers of the core, each of which imports only from the ones before it. A file at the top of `src` that no other
 * layer names belongs to the vocabulary.
 */
export const coreLayers = [
  { name: 'vocabulary', path: `${core}/(?!index|primitives|create-auth|events)[^/]+[.]ts$` },
  { name: 'crypto', path: `${core}/crypto/` },
  { name: 'stores', path: `${core}/stores/` },
  { name: 'events', path: `${core}/events[.]ts$` },
  { name: 'domains', path: `${core}/domains/` },
  { name: 'flows', path: `${core}/flows/` },
  { name: 'create-auth', path: `${core}/create-auth([.]ts$|/)` },
  { name: 'http', path: `${core}/http/` },
];

/** What a user of the package can import; nobody else may reach past these into the core. */
export const coreEntries = {
  main: `${core}/index[.]ts$`,
  primitives: `${core}/primitives[.]ts$`,
  authorization: `${core}/domains/authorization/index[.]ts$`,
  findings: `${core}/domains/authorization/findings[.]ts$`,
  presets: `${core}/domains/authorization/presets[.]ts$`,
  stores: `${core}/stores/index[.]ts$`,
  http: `${core}/http/index[.]ts$`,
  testing: `${core}/testing/index[.]ts$`,
};

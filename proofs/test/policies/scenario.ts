import type { Policy, Principal } from '@tessera-auth/core/authorization';
import fc from 'fast-check';
import {
  type Asker,
  buildPolicy,
  buildPrincipal,
  type PolicySketch,
} from '../authorization/policy-sketch.js';
import { askersIn, policiesOver } from '../authorization/random-policy.js';
import { columns } from './columns.js';
import { orAbsent, people, storedVocabulary } from './stored-vocabulary.js';

/** A policy, somebody, and rows, at random. */
export interface Scenario {
  readonly sketch: PolicySketch;
  readonly asker: Asker;
  readonly policy: Policy;
  readonly principal: Principal;
  /** The rows as text, in the order of {@link columns}. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The rows of each. */
export const rowCount = 100;

const row = fc.tuple(...columns.map(([, , , , values]) => orAbsent(fc.constantFrom<string>(...values))));
const rows = fc.array(row, { minLength: rowCount, maxLength: rowCount });

/** Any of them. */
export const anyScenario: fc.Arbitrary<Scenario> = policiesOver(storedVocabulary).chain((sketch) =>
  fc.record({ asker: askersIn(sketch, people), rows }).map(({ asker, rows: drawn }) => {
    const policy = buildPolicy(sketch);
    return { sketch, asker, policy, principal: buildPrincipal(policy, asker), rows: drawn };
  }),
);

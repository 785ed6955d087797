import type { Tables } from './tables.js';

/**
 * One step of the schema, as plain SQL.
 *
 * Steps only ever expand: a new table, a nullable column, an index. What a step makes superfluous is removed by a later
 * one, at least one minor release on, so that the nodes of the previous release run on the new schema and a rolling
 * deploy migrates first. A released step is never edited.
 */
export interface Migration {
  /** Four digits and a name, such as `0001_users`; steps run in this order. */
  readonly id: string;
  readonly up: readonly string[];
  /** Undoes `up`, with all data that it held. Never run by this package. */
  readonly down: readonly string[];
}

/** Builds a {@link Migration} for tables of the given names. */
export type MigrationFor = (tables: Tables) => Migration;

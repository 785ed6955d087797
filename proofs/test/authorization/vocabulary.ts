import type fc from 'fast-check';
import type { Kind, Kinds, ResourceSketch } from './policy-sketch.js';

/** What random policies are written with: everything else of the language is drawn. */
export interface Vocabulary {
  /** The attributes of users, one of every kind at least. */
  readonly user: Kinds;
  readonly resources: Readonly<Record<string, ResourceChoice>>;
  readonly roles: readonly string[];
  /** What rules compare with, by kind. */
  readonly literals: Readonly<Record<Kind, fc.Arbitrary<unknown>>>;
  /** By how many days rules move a date. */
  readonly days: fc.Arbitrary<unknown>;
}

/** A resource, of which policies take part. */
export interface ResourceChoice extends Pick<ResourceSketch, 'actions' | 'attributes'> {
  readonly relations: readonly ResourceSketch['relations'][];
  readonly tenant: readonly ResourceSketch['tenant'][];
}

/** Every permission of the resources. */
export function listPermissions({ resources }: Pick<Vocabulary, 'resources'>): readonly string[] {
  return Object.entries(resources).flatMap(([name, { actions }]) =>
    actions.map((action) => `${name}:${action}`),
  );
}

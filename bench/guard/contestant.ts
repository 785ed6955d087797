import type { Guard } from '@tessera-auth/core/http';
import { createBetterAuth } from './better-auth.js';
import { createHandWritten, type Identify } from './hand-written.js';
import { createTessera } from './tessera.js';
import {
  type BetterAuthVariant,
  betterAuthVariants,
  type CommonVariant,
  type Credentials,
  type TesseraVariant,
  tesseraVariants,
} from './variants.js';

/** What tells who sent a request, on any framework: a guard of ours, or a function over the headers. */
export type Contestant = { readonly credentials: Credentials } & (
  | { readonly guard: Guard; readonly identify?: never }
  | { readonly identify: Identify; readonly guard?: never }
);

/** Makes it ready for requests. */
export function createContestant(variant: CommonVariant): Promise<Contestant> {
  if (isOneOf(tesseraVariants, variant)) return createTessera(variant as TesseraVariant);
  if (isOneOf(betterAuthVariants, variant)) return createBetterAuth(variant as BetterAuthVariant);
  return createHandWritten(variant as Exclude<CommonVariant, TesseraVariant | BetterAuthVariant>);
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

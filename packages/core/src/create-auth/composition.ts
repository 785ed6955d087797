import type { RevocationPolicy } from '../domains/revocation/index.js';
import type { StoreTraits } from '../stores/store-traits.js';
import type { Stores } from '../stores/stores.js';
import { type ConsequenceCode, consequenceSentences } from './consequences.js';
import { findTransactions, listUncovered } from './find-transactions.js';
import { type StoreName, storeNames } from './store-names.js';

/** What a store says of itself; `unknown` where it says nothing, such as an app's own users table. */
export interface StoreDescription {
  readonly medium: string;
  readonly durability: StoreTraits['durability'] | 'unknown';
}

/** Something that follows from the stores: a guarantee or a limit. */
export interface Consequence {
  /** To branch on. */
  readonly code: ConsequenceCode;
  /** Always the same for a code, in words for people. */
  readonly sentence: string;
  /** The stores that it comes from. */
  readonly stores: readonly (StoreName | 'roles')[];
}

/** Which stores an app uses, and what follows from that. Plain data without names, addresses or secrets. */
export interface Composition {
  readonly stores: Readonly<Record<StoreName, StoreDescription>>;
  /** How access tokens are checked against revocations. */
  readonly revocationCheck:
    | { readonly check: 'direct' }
    | { readonly check: 'replicated'; readonly boundMs: number; readonly pollIntervalMs: number };
  /** Whether a session and its access tokens end in one step of the session store. */
  readonly endsSessionsInOneStep: boolean;
  /** Whether a password change is one transaction. */
  readonly changesPasswordsAtomically: boolean;
  /** Whether a change of roles is one transaction with the refusal of older tokens; `null` without `stores.roles`. */
  readonly changesRolesAtomically: boolean | null;
  /** How revocations act, how sessions end, how passwords and roles change, and then what to be aware of. */
  readonly consequences: readonly Consequence[];
}

/** Describes stores that are sound together. */
export function describeComposition(stores: Stores, policy: RevocationPolicy): Composition {
  const { check, boundMs, pollIntervalMs } = policy;
  const entries = storeNames.map((name) => [name, describeStore(stores[name].traits)] as const);
  const facts = {
    stores: Object.fromEntries(entries) as Record<StoreName, StoreDescription>,
    revocationCheck: check === 'direct' ? { check } : { check, boundMs, pollIntervalMs },
    endsSessionsInOneStep: stores.sessions.recordsRevocationsIn === stores.revocations,
    changesPasswordsAtomically: findTransactions(stores) !== null,
    changesRolesAtomically: changesRolesAtomically(stores),
  };
  return { ...facts, consequences: [...listGuarantees(facts), ...listLimits(facts, stores)] };
}

function describeStore(traits: StoreTraits | undefined): StoreDescription {
  if (traits === undefined) return { medium: 'unknown', durability: 'unknown' };
  return { medium: traits.medium, durability: traits.durability };
}

function changesRolesAtomically(stores: Stores): boolean | null {
  if (stores.roles === undefined) return null;
  const covers = findTransactions(stores)?.covers;
  return covers !== undefined && covers.roles === stores.roles && covers.revocations === stores.revocations;
}

type Facts = Omit<Composition, 'consequences'>;

function listGuarantees({
  revocationCheck,
  endsSessionsInOneStep,
  changesPasswordsAtomically,
  changesRolesAtomically: changesRoles,
}: Facts): Consequence[] {
  return [
    consequence(revocationCheck.check === 'direct' ? 'revocation_immediate' : 'revocation_within_bound', [
      'revocations',
    ]),
    consequence(endsSessionsInOneStep ? 'session_end_one_step' : 'session_end_two_steps', [
      'sessions',
      'revocations',
    ]),
    consequence(changesPasswordsAtomically ? 'password_change_atomic' : 'password_change_two_steps', [
      'users',
      'sessions',
    ]),
    ...(changesRoles === null
      ? []
      : [
          consequence(changesRoles ? 'role_change_atomic' : 'role_change_two_steps', [
            'roles',
            'revocations',
          ]),
        ]),
  ];
}

function listLimits(facts: Facts, stores: Stores): Consequence[] {
  const listWith = (durability: StoreDescription['durability']): StoreName[] =>
    storeNames.filter((name) => facts.stores[name].durability === durability);
  const isShared = facts.stores.sessions.durability !== 'process';
  const isLimitedHere = facts.stores.rateLimits.durability === 'process';

  const limits: readonly (readonly [ConsequenceCode, readonly StoreName[]])[] = [
    ['transactions_unused', listUncovered(stores)],
    ['last_writes_lost_on_failover', listWith('failover')],
    ['gone_with_process', listWith('process')],
    ['limits_per_process', isShared && isLimitedHere ? ['rateLimits'] : []],
    ['second_factor_unavailable', stores.secondFactors === undefined ? ['users'] : []],
    ['durability_unknown', listWith('unknown')],
  ];
  return limits.flatMap(([code, from]) => (from.length === 0 ? [] : [consequence(code, from)]));
}

function consequence(code: ConsequenceCode, stores: Consequence['stores']): Consequence {
  return { code, sentence: consequenceSentences[code], stores };
}

import type { DescribedStore } from '../stores/store-traits.js';
import type { Stores } from '../stores/stores.js';
import { storeNames } from './store-names.js';

const durabilities: readonly unknown[] = ['process', 'failover', 'committed'];

/**
 * Insists on stores that can keep the invariants together. There is no option to go on without: whoever shares sessions
 * has something to share the rest in, and a single process restarts too, while its access tokens live on.
 *
 * @throws `TypeError` naming the store that is missing or does not go with the others.
 */
export function requireSoundStores(stores: Stores): void {
  if (!isObject(stores)) throw new TypeError('stores: missing');
  for (const name of storeNames) {
    if (!isObject(stores[name])) throw new TypeError(`stores.${name}: missing`);
    const { traits, ping } = stores[name];
    if (ping !== undefined && typeof ping !== 'function') {
      throw new TypeError(`stores.${name}.ping: expected a function`);
    }
    if (traits === undefined) continue;
    if (typeof traits?.medium !== 'string' || !durabilities.includes(traits.durability)) {
      throw new TypeError(
        `stores.${name}.traits: expected a medium, and a durability of 'process', 'failover' or 'committed'`,
      );
    }
  }
  requireSoundMix(stores);
}

function requireSoundMix({
  sessions,
  revocations,
  oneTimeTokens,
  users,
  secondFactors,
  roles,
}: Stores): void {
  const isLocal = (store: DescribedStore | undefined): boolean => store?.traits?.durability === 'process';

  if (isLocal(secondFactors) && !isLocal(users)) {
    throw new TypeError(
      'stores.secondFactors: in the memory of this process, while accounts are not; other nodes, and this one after a restart, would ask nobody for a second factor',
    );
  }

  if (isLocal(roles) && !isLocal(users)) {
    throw new TypeError(
      'stores.roles: in the memory of this process, while accounts are not; other nodes, and this one after a restart, would not know who was granted what',
    );
  }

  if (isLocal(sessions)) {
    // Epochs begin at 0 again with each process, and entries of the one before are above them.
    if (!isLocal(revocations)) {
      throw new TypeError(
        'stores.sessions: in the memory of this process, while revocations are not; after a restart, old revocations would hit new sessions',
      );
    }
    return;
  }
  if (isLocal(revocations)) {
    throw new TypeError(
      'stores.revocations: in the memory of this process, while sessions are not; other nodes, and this one after a restart, would accept what was revoked',
    );
  }
  if (isLocal(oneTimeTokens)) {
    throw new TypeError(
      'stores.oneTimeTokens: in the memory of this process, while sessions are not; other nodes would refuse links made here, and accept links voided here',
    );
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

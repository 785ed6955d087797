import type { Stores } from '../stores/stores.js';
import { optionalStoreNames, storeNames } from './store-names.js';

/**
 * Resolves when every store answers; those in one place are asked once.
 *
 * @throws `AuthError` `store_unavailable` otherwise.
 */
export async function pingStores(stores: Stores): Promise<void> {
  const pings = new Set([...storeNames, ...optionalStoreNames].flatMap((name) => stores[name]?.ping ?? []));
  await Promise.all([...pings].map((ping) => ping()));
}

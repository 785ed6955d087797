import type { Stores, Transactions } from '../stores/stores.js';

/**
 * The transactions that a flow may use: of accounts and sessions that are both the app's own choice. One that wrote to
 * others as well would change what nobody looks at.
 */
export function findTransactions(stores: Stores): Transactions | null {
  return stores.transactions === undefined || listUncovered(stores).length > 0 ? null : stores.transactions;
}

/** The accounts and sessions that keep the transactions, if there are any, from being used. */
export function listUncovered({ transactions, ...stores }: Stores): ('users' | 'sessions')[] {
  if (transactions === undefined) return [];
  return (['users', 'sessions'] as const).filter((name) => transactions.covers[name] !== stores[name]);
}

import type { Stores, Transactions } from '../stores/stores.js';

/**
 * The transactions that a flow may use: of accounts and sessions that are both the app's own choice. One that wrote to
 * others as well would change what nobody looks at.
 */
export function findTransactions({ transactions, users, sessions }: Stores): Transactions | null {
  if (transactions === undefined) return null;
  const { covers } = transactions;
  return covers.users === users && covers.sessions === sessions ? transactions : null;
}

import { type Clock, systemClock } from '../../clock.js';
import { isEqualTextConstantTime } from '../../crypto/constant-time.js';
import type {
  OneTimeTokenRecord,
  OneTimeTokenStore,
  PresentedOneTimeToken,
} from '../one-time-token-store.js';
import { requireStorableIds } from '../storable-ids.js';
import { deleteWhere } from './delete-where.js';

interface Entry {
  readonly record: OneTimeTokenRecord;
  /** The command that spent it, or `null`. */
  consumedBy: string | null;
  isVoid: boolean;
}

/** The one-time tokens of one process; the reference that adapters are measured against. */
export function createMemoryOneTimeTokenStore(options: { readonly clock?: Clock } = {}): OneTimeTokenStore {
  const clock = options.clock ?? systemClock;
  const entries = new Map<string, Entry>();

  const findEntry = ({ tenantId, purpose, id, secretHash }: PresentedOneTimeToken): Entry | null => {
    const entry = entries.get(id);
    if (entry === undefined || entry.isVoid) return null;
    const { record } = entry;
    const isMeant = record.tenantId === tenantId && record.purpose === purpose;
    const isAlive = record.expiresAt.getTime() > clock.now();
    return isMeant && isAlive && isEqualTextConstantTime(record.secretHash, secretHash) ? entry : null;
  };

  const voidWhere = (isMeant: (record: OneTimeTokenRecord) => boolean): void => {
    for (const entry of entries.values()) {
      // A spent one still owes its answer to the command that spent it.
      if (entry.consumedBy === null && isMeant(entry.record)) entry.isVoid = true;
    }
  };

  return {
    traits: { medium: 'memory', durability: 'process' },

    async create({ lifetimeMs, replacesOthers, ...token }) {
      const { tenantId, userId, purpose, id } = token;
      requireStorableIds({ tenantId, userId, purpose, id });
      if (entries.has(id)) return;
      if (replacesOthers) {
        voidWhere(
          (other) => other.tenantId === tenantId && other.userId === userId && other.purpose === purpose,
        );
      }
      const now = clock.now();
      const record = { ...token, createdAt: new Date(now), expiresAt: new Date(now + lifetimeMs) };
      entries.set(id, { record, consumedBy: null, isVoid: false });
    },

    async find(token) {
      const entry = findEntry(token);
      return entry === null || entry.consumedBy !== null ? null : entry.record;
    },

    async consume({ commandId, ...token }) {
      const entry = findEntry(token);
      if (entry === null) return null;
      entry.consumedBy ??= commandId;
      return entry.consumedBy === commandId ? entry.record : null;
    },

    async voidAll(user) {
      voidWhere(({ tenantId, userId }) => tenantId === user.tenantId && userId === user.userId);
    },

    async deleteExpired(limit) {
      const now = clock.now();
      return deleteWhere(entries, ({ record }) => record.expiresAt.getTime() <= now, limit);
    },
  };
}

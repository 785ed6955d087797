import { type Clock, systemClock } from '../../clock.js';
import type { SecondFactorRecord, SecondFactorRef, SecondFactorStore } from '../second-factor-store.js';
import type { UserRef } from '../user-store.js';

/** What the memory store of second factors may be given. */
export interface MemorySecondFactorStoreOptions {
  readonly clock?: Clock;
}

interface Row extends Omit<SecondFactorRecord, 'backupCodesLeft'> {
  readonly backupCodes: readonly string[];
  /** The last command that used something up. */
  readonly lastCommand: string | null;
}

/** The second factors of one process; the reference that adapters are measured against. */
export function createMemorySecondFactorStore(
  options: MemorySecondFactorStoreOptions = {},
): SecondFactorStore {
  const clock = options.clock ?? systemClock;
  const rows = new Map<string, Row>();

  const keyOf = ({ tenantId, userId }: UserRef): string => `${tenantId}\0${userId}`;
  const findRow = (factor: SecondFactorRef): Row | null => {
    const row = rows.get(keyOf(factor));
    return row?.id === factor.id ? row : null;
  };
  const findConfirmed = (factor: SecondFactorRef): Row | null => {
    const row = findRow(factor);
    return row === null || row.confirmedAt === null ? null : row;
  };
  const save = (row: Row): void => void rows.set(keyOf(row), row);

  return {
    traits: { medium: 'memory', durability: 'process' },

    async find(user) {
      const row = rows.get(keyOf(user));
      if (row === undefined) return null;
      const { backupCodes, lastCommand, ...record } = row;
      return { ...record, backupCodesLeft: backupCodes.length };
    },

    async enroll({ tenantId, userId, id, secret }) {
      const known = rows.get(keyOf({ tenantId, userId }));
      if (known !== undefined && known.confirmedAt !== null) return false;
      const createdAt = new Date(clock.now());
      const fresh = { confirmedAt: null, lastStep: 0, backupCodes: [], lastCommand: null };
      if (known?.id !== id) save({ tenantId, userId, id, secret, createdAt, ...fresh });
      return true;
    },

    async confirm({ step: lastStep, secret, backupCodeHashes, commandId, ...factor }) {
      const row = findRow(factor);
      if (row === null) return false;
      if (row.confirmedAt !== null) return row.lastCommand === commandId;
      const confirmedAt = new Date(clock.now());
      save({
        ...row,
        secret,
        confirmedAt,
        lastStep,
        backupCodes: [...backupCodeHashes],
        lastCommand: commandId,
      });
      return true;
    },

    async useStep({ step: lastStep, secret, commandId, ...factor }) {
      const row = findConfirmed(factor);
      if (row === null) return false;
      if (row.lastCommand === commandId) return true;
      if (lastStep <= row.lastStep) return false;
      save({ ...row, secret, lastStep, lastCommand: commandId });
      return true;
    },

    async useBackupCode({ hash, commandId, ...factor }) {
      const row = findConfirmed(factor);
      if (row === null) return null;
      if (row.lastCommand === commandId) return row.backupCodes.length;
      const backupCodes = row.backupCodes.filter((code) => code !== hash);
      if (backupCodes.length === row.backupCodes.length) return null;
      save({ ...row, backupCodes, lastCommand: commandId });
      return backupCodes.length;
    },

    async replaceBackupCodes({ hashes, ...factor }) {
      const row = findConfirmed(factor);
      if (row === null) return false;
      save({ ...row, backupCodes: [...hashes] });
      return true;
    },

    async remove(factor) {
      if (findRow(factor) !== null) rows.delete(keyOf(factor));
    },
  };
}

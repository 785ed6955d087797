import {
  areStorableIds,
  requireStorableIds,
  type SecondFactorRef,
  type SecondFactorStore,
} from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { readInstant, textArray } from './connection/sql-values.js';
import { ofUser } from './sessions/session-sql.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** A row as `to_jsonb` gives it. */
interface FactorRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly id: string;
  readonly secret: string;
  readonly created_at: string;
  readonly confirmed_at: string | null;
  readonly last_step: number;
  readonly backup_codes: readonly string[];
}

/** The second factors in Postgres. Every step is one statement on the one row of the user, whose lock puts callers in order. */
export function createSecondFactorStore({ database, tables, now }: StoreContext): SecondFactorStore {
  const { second_factors: factors } = tables.ref;
  const isFactor = (factor: SecondFactorRef): RawBuilder<unknown> =>
    sql`${ofUser(factor)} and id = ${factor.id}`;
  const isNamed = ({ tenantId, userId, id }: SecondFactorRef): boolean =>
    areStorableIds(tenantId, userId, id);

  /** Changes the factor where `condition` holds of its latest version. @returns what is left of it, or `null`. */
  const change = async <Answer>(
    factor: SecondFactorRef,
    set: RawBuilder<unknown>,
    condition: RawBuilder<unknown>,
    answer: RawBuilder<unknown> = sql`'true'`,
  ): Promise<Answer | null> => {
    if (!isNamed(factor)) return null;
    const [changed = null] = await database.ask<Answer>(sql`
      with changed as (
        update ${factors} as factor set ${set} where ${isFactor(factor)} and ${condition} returning *
      )
      select ${answer} as answer from changed`);
    return changed;
  };

  return {
    traits,

    async find(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return null;
      const [row] = await database.ask<FactorRow>(sql`
        select to_jsonb(factor)::text as answer from ${factors} as factor where ${ofUser(user)}`);
      if (row === undefined) return null;
      return {
        tenantId: row.tenant_id,
        userId: row.user_id,
        id: row.id,
        secret: row.secret,
        createdAt: new Date(row.created_at),
        confirmedAt: readInstant(row.confirmed_at),
        lastStep: row.last_step,
        backupCodesLeft: row.backup_codes.length,
      };
    },

    async enroll({ tenantId, userId, id, secret }) {
      requireStorableIds({ tenantId, userId, id });
      // A repeated command finds itself, and changes nothing.
      const [isEnrolled] = await database.ask<boolean>(sql`
        with enrolled as (
          insert into ${factors} as factor (tenant_id, user_id, id, secret, created_at)
          values (${tenantId}, ${userId}, ${id}, ${secret}, ${now()})
          on conflict (tenant_id, user_id) do update set
            id = excluded.id,
            secret = case when factor.id = excluded.id then factor.secret else excluded.secret end,
            created_at = case when factor.id = excluded.id then factor.created_at else excluded.created_at end
          where factor.confirmed_at is null
          returning 1
        )
        select 'true' as answer from enrolled`);
      return isEnrolled === true;
    },

    async confirm(command) {
      const { step, secret, backupCodeHashes, commandId } = command;
      // A repeated command writes once more what it wrote; nothing has been used of it since.
      const confirmed = await change(
        command,
        sql`confirmed_at = coalesce(confirmed_at, ${now()}), secret = ${secret}, last_step = ${step}::bigint,
          backup_codes = ${textArray(backupCodeHashes)}, last_command = ${commandId}`,
        sql`(confirmed_at is null or last_command = ${commandId})`,
      );
      return confirmed !== null;
    },

    async useStep(command) {
      const { step, secret, commandId } = command;
      const used = await change(
        command,
        sql`last_step = ${step}::bigint, secret = ${secret}, last_command = ${commandId}`,
        sql`confirmed_at is not null and (last_step < ${step}::bigint or last_command = ${commandId})`,
      );
      return used !== null;
    },

    useBackupCode(command) {
      const { hash, commandId } = command;
      if (!areStorableIds(hash)) return Promise.resolve(null);
      return change<number>(
        command,
        sql`backup_codes = array_remove(backup_codes, ${hash}), last_command = ${commandId}`,
        sql`confirmed_at is not null and (${hash} = any(backup_codes) or last_command = ${commandId})`,
        sql`cardinality(backup_codes)::text`,
      );
    },

    async replaceBackupCodes(command) {
      const replaced = await change(
        command,
        sql`backup_codes = ${textArray(command.hashes)}`,
        sql`confirmed_at is not null`,
      );
      return replaced !== null;
    },

    async remove(factor) {
      if (!isNamed(factor)) return;
      await database.ask(sql`
        with gone as (delete from ${factors} where ${isFactor(factor)}) select 'null' as answer`);
    },
  };
}

import {
  areStorableIds,
  outcomeOfTake,
  type RateLimitStore,
  requireStorableIds,
  requireTakeCommand,
  type TakeCommand,
  type TakeOutcome,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

interface TakeAnswer {
  readonly nowUs: number;
  /** What was stored before; 0 where nothing was. */
  readonly knownUs: number;
  /** There was enough of it when the statement began. */
  readonly isEnough: boolean;
  /** What is stored now, if units were taken. */
  readonly takenUs: number | null;
}

/** The rate limits in Postgres. */
export function createRateLimitStore({ database, tables, now }: StoreContext): RateLimitStore {
  const { rate_limits } = tables.ref;
  const nowUs = () => sql`(extract(epoch from ${now()}) * 1000000)::bigint`;
  /** Where in the table the next cleanup goes on. */
  let sweptTo = '(0,0)';

  const ask = async ({ key, intervalUs, burst, cost }: TakeCommand): Promise<TakeAnswer | undefined> => {
    const takenUs = sql`${cost * intervalUs}::bigint`;
    const leastUs = sql`${(burst - cost) * intervalUs}::bigint`;
    const [answer] = await database.ask<TakeAnswer>(sql`
      with known as materialized (
        select now_us, coalesce((select full_at_us from ${rate_limits} where key = ${key}), 0) as known_us
        from (select ${nowUs()} as now_us) as clock
      ), judged as materialized (
        select *, greatest(known_us, now_us) - ${leastUs} <= now_us as is_enough from known
      ), taken as (
        insert into ${rate_limits} as stored (key, full_at_us)
        select ${key}, now_us + ${takenUs} from judged where is_enough
        on conflict (key) do update
          set full_at_us = greatest(stored.full_at_us, excluded.full_at_us - ${takenUs}) + ${takenUs}
          where greatest(stored.full_at_us, excluded.full_at_us - ${takenUs}) - ${leastUs}
            <= excluded.full_at_us - ${takenUs}
        returning full_at_us
      )
      select jsonb_build_object(
        'nowUs', now_us, 'knownUs', known_us, 'isEnough', is_enough, 'takenUs', (select full_at_us from taken)
      )::text as answer from judged`);
    return answer;
  };

  const deleteFrom = async (place: string, limit: number): Promise<number> => {
    const [answer] = await database.ask<{ readonly count: number; readonly last: string | null }>(sql`
      with clock as materialized (
        select ${nowUs()} as now_us
      ), expired as materialized (
        select ctid from ${rate_limits}
        where ctid > ${place}::tid and full_at_us <= (select now_us from clock)
        limit ${limit}::integer for update skip locked
      ), deleted as (
        delete from ${rate_limits} where ctid = any (array(select ctid from expired)) returning ctid as place
      )
      select jsonb_build_object('count', count(*), 'last', max(place)::text)::text as answer from deleted`);
    const { count = 0, last = null } = answer ?? {};
    sweptTo = count < limit || last === null ? '(0,0)' : last;
    return count;
  };

  return {
    traits,

    async take(command) {
      requireTakeCommand(command);
      requireStorableIds({ key: command.key });
      for (;;) {
        const answer = await ask(command);
        // There was enough, but others took it while the statement waited for them: look again at what they left.
        if (answer !== undefined && (answer.takenUs !== null || !answer.isEnough)) {
          return outcomeOfAnswer(command, answer);
        }
      }
    },

    async reset(key) {
      if (!areStorableIds(key)) return;
      await database.ask(sql`
        with deleted as (delete from ${rate_limits} where key = ${key}) select 'null' as answer`);
    },

    // An index on the instants would be written at every call. So batches read the table itself, each going on behind
    // the last row of the one before; whoever comes to the end begins once more, and only then is all done.
    async deleteExpired(limit) {
      const start = sweptTo;
      const deleted = await deleteFrom(start, limit);
      if (deleted === limit || start === '(0,0)') return deleted;
      return deleted + (await deleteFrom('(0,0)', limit - deleted));
    },
  };
}

function outcomeOfAnswer(command: TakeCommand, { nowUs, knownUs, takenUs }: TakeAnswer): TakeOutcome {
  const fullAtUs = takenUs ?? Math.max(knownUs, nowUs);
  return outcomeOfTake(command, { isAllowed: takenUs !== null, untilFullUs: fullAtUs - nowUs });
}

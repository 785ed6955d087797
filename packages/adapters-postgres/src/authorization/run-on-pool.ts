import { type PgPoolClient, watchLent } from '../connection/pool-dialect.js';
import { settingName } from './principal-setting.js';

/** What is needed of a `pg` pool. */
export interface TransactionPool<Client extends PgPoolClient = PgPoolClient> {
  /** Lends a client. That a pool can also call back is said here for the compiler, which else would not tell its client. */
  readonly connect: { (): Promise<Client>; (callback: never): unknown };
}

/** The client, until `isOver`: what goes on in the background is refused then, for the connection is somebody else's. */
function lendUntil<Client extends PgPoolClient>(client: Client, isOver: () => boolean): Client {
  return new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== 'query') return value;
      return (...given: unknown[]) => {
        if (isOver()) throw new Error('withPrincipal: the transaction has ended');
        return Reflect.apply(value as (...given: unknown[]) => unknown, target, given);
      };
    },
  });
}

/**
 * Runs `work` in a transaction with the setting. The client goes back to the pool only once the transaction has ended; otherwise the
 * connection is thrown away.
 */
export async function runOnPool<Client extends PgPoolClient, T>(
  pool: TransactionPool<Client>,
  setting: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const lent = watchLent(client);
  let isOver = false;
  const send = (text: string) => client.query({ text, values: [] });
  const end = async (text: 'commit' | 'rollback') => {
    isOver = true;
    try {
      return await send(text);
    } catch (error) {
      lent.note(error);
      throw error;
    }
  };
  try {
    let result: T;
    try {
      // One message of two statements, which cannot have parameters; the text has no dollar sign in it.
      await send(`begin; select set_config('${settingName}', $tessera$${setting}$tessera$, true)`);
      result = await work(lendUntil(client, () => isOver));
    } catch (error) {
      await end('rollback').catch(() => {});
      throw error;
    }
    // After a failed statement Postgres answers a commit with a rollback, and with no error.
    if ((await end('commit')).command !== 'COMMIT')
      throw new Error('withPrincipal: a statement failed, so nothing was committed');
    return result;
  } finally {
    lent.release();
  }
}

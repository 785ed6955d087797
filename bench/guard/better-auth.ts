import { redisStorage } from '@better-auth/redis-storage';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { fromNodeHeaders } from 'better-auth/node';
import { cookies, createAddress, forge, readCookies } from './credentials.js';
import { openPostgres, openRedis } from './databases.js';
import type { Identify } from './hand-written.js';
import { type BetterAuthVariant, type Credentials, publicUrl, secret } from './variants.js';

/** better-auth as its documentation sets it up for a server of one's own; its session is looked up in process. */
export async function createBetterAuth(
  variant: BetterAuthVariant,
): Promise<{ readonly identify: Identify; readonly credentials: Credentials }> {
  const options = {
    database: openPostgres(),
    baseURL: publicUrl,
    secret,
    emailAndPassword: { enabled: true },
    ...extrasFor(variant),
  } satisfies BetterAuthOptions;
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);

  const signUp = async () => {
    const body = { name: 'Ana', email: createAddress(), password: 'eleven purple owls at dawn' };
    const { headers, response } = await auth.api.signUpEmail({ body, returnHeaders: true });
    return { userId: response.user.id, pairs: readCookies(headers) };
  };
  const kept = await signUp();
  const ended = await signUp();
  await auth.api.signOut({ headers: new Headers({ cookie: ended.pairs.join('; ') }) });
  const forged = kept.pairs.map((pair) => (pair.includes('session_token=') ? forge(pair) : pair));
  return {
    async identify(headers) {
      const session = await auth.api.getSession({ headers: fromNodeHeaders(headers) });
      return session?.user.id ?? null;
    },
    credentials: {
      userId: kept.userId,
      accepted: cookies(...kept.pairs),
      refused: [
        '',
        cookies(...forged),
        // Its cookie goes on serving a session that has ended.
        ...(variant === 'better-auth, cookie cache' ? [] : [cookies(...ended.pairs)]),
      ],
    },
  };
}

function extrasFor(variant: BetterAuthVariant): Partial<BetterAuthOptions> {
  switch (variant) {
    case 'better-auth, cookie cache':
      // Longer than its default of five minutes, so that no request of ours goes to the database.
      return { session: { cookieCache: { enabled: true, maxAge: 3600 } } };
    case 'better-auth, Redis':
      return { secondaryStorage: redisStorage({ client: openRedis() }) };
    case 'better-auth, Postgres':
      return {};
  }
}

import {
  createAuth,
  createHttpAuth,
  formatComposition,
  type HttpAuth,
  type ModelOf,
} from '@tessera-auth/core';
import { findFreePort } from '@tessera-auth/test-services/free-port';
import type { Environment } from './environment.js';
import { loadAuthSecret } from './load-auth-secret.js';
import type { MailFolder } from './mail/mail-folder.js';
import { openMail } from './mail/open-mail.js';
import { openStores } from './open-stores.js';
import { policy } from './policy.js';
import { createReports, type Reports } from './reports.js';

/** The product that both example servers put on the web. */
export interface EmployeeSystem {
  readonly auth: HttpAuth<ModelOf<typeof policy>>;
  readonly reports: Reports;
  /** The mails of this machine, while it is one of a developer. */
  readonly inbox: MailFolder | null;
  /** Where people reach it. */
  readonly publicUrl: string;
}

/** The employee system, ready to be served. */
export interface OpenEmployeeSystem {
  readonly system: EmployeeSystem;
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Expired sessions are refused anyway; this only keeps the tables small. */
const deleteExpiredEveryMs = 10 * 60_000;

/**
 * Opens everything the employee system needs, and resolves when it can answer requests.
 *
 * @param dataFolder an existing folder for what has to survive a restart.
 */
export async function openEmployeeSystem(
  environment: Environment,
  dataFolder: string,
): Promise<OpenEmployeeSystem> {
  const secret = environment.authSecret ?? (await loadAuthSecret(dataFolder));
  const { stores, close } = await openStores(environment, dataFolder);
  try {
    const port = environment.port === 0 ? await findFreePort(environment.host) : environment.port;
    const publicUrl = environment.publicUrl ?? `http://localhost:${port}`;

    const mail = openMail(environment, dataFolder);

    const auth = createAuth({
      publicUrl,
      secret,
      stores,
      emailVerification: environment.emailVerification,
      notify: mail.notify,
      ...(environment.rateLimits === 'off' && { rateLimits: 'off' }),
      profile: environment.profile,
      mfa: { issuer: 'Employee system' },
      policy,
      rolesForNewUser: ({ email }) => [isBoss(email, environment) ? 'boss' : 'employee'],
      sessions: environment.sessions,
      ...(environment.accessLifetime && { accessLifetime: environment.accessLifetime }),
      // Events hold no secrets: one line of JSON each is a fine start for an audit log.
      onEvent: (event) => console.log(JSON.stringify(event)),
      onRevocationStateChange: ({ state }) =>
        console.log(JSON.stringify({ type: 'revocation_state', state })),
    });
    await auth.ready().catch(async (error: unknown) => {
      await auth.close();
      throw error;
    });
    console.log(formatComposition(auth.composition));

    const cleaning = setInterval(() => {
      auth.deleteExpired().catch((error: Error) => console.error(`deleteExpired: ${error.message}`));
    }, deleteExpiredEveryMs).unref();

    return {
      system: {
        auth: createHttpAuth(auth, {
          allowInsecureCookies: publicUrl.startsWith('http:'),
          trustedProxies: environment.trustedProxies,
          ...(environment.stepUpWindow && { stepUpWindow: environment.stepUpWindow }),
        }),
        reports: createReports(),
        inbox: mail.inbox,
        publicUrl: auth.publicUrl,
      },
      host: environment.host,
      port,
      async close() {
        clearInterval(cleaning);
        // Before the connections that it reads by.
        await auth.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `email` is in its canonical form: lower case. */
function isBoss(email: string, { bossEmail }: Environment): boolean {
  return bossEmail !== null && email === bossEmail.toLowerCase();
}

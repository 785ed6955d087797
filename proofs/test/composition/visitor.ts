import { type Auth, createHttpAuth, isAuthError, type SignedIn } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';

export const email = 'ada@example.org';
export const password = 'Lamp-Ferry-Walnut-71';
export const newPassword = 'Gravel_Tulip_Piano_38';

const tenantId = '';
export const origin = { ip: '203.0.113.7', userAgent: null, isBrowser: false };

/** What somebody does at one node. */
export interface Visitor {
  register(): Promise<SignedIn>;
  signIn(secret?: string): Promise<SignedIn>;
  refresh(held: SignedIn): Promise<SignedIn>;
  changePassword(held: SignedIn): Promise<SignedIn>;
  signOutEverywhere(held: SignedIn): Promise<void>;
  /** What a guarded route answers to the access token: 200, or the status of the refusal. */
  visit(held: SignedIn): Promise<number>;
}

/** Somebody at the door of a node. */
export function createVisitor(auth: Auth): Visitor {
  const guard = createHttpAuth(auth).signedIn();
  return {
    register: async () =>
      finishedSignIn(await auth.register({ tenantId, email, password, name: null, origin })),
    signIn: async (secret = password) =>
      finishedSignIn(await auth.signInWithPassword({ tenantId, email, password: secret, origin })),
    refresh: ({ refreshToken }) => auth.refresh({ tenantId, refreshToken }),
    changePassword: ({ user, session }) =>
      auth.changePassword({ user, sessionId: session.id, currentPassword: password, newPassword }),
    signOutEverywhere: ({ user }) => auth.signOutEverywhere(user),
    async visit({ accessToken }) {
      const headers = { authorization: `Bearer ${accessToken}` };
      const verdict = await guard({ method: 'GET', originalUrl: '/page', headers });
      return verdict.isAllowed ? 200 : verdict.response.status;
    },
  };
}

/** `done`, or the code of the refusal or outage. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (isAuthError(error)) return error.code;
    throw error;
  }
}

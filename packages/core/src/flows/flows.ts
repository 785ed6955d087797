import type { SessionCursor, SessionPage } from '../stores/session-store.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import { changePassword, type PasswordChange } from './change-password.js';
import { endSession } from './end-session.js';
import type { FlowContext } from './flow-context.js';
import { type RefreshRequest, refresh } from './refresh.js';
import { type Registration, register } from './register.js';
import { revokeToken } from './revoke-token.js';
import { type PasswordClaim, signInWithPassword } from './sign-in-with-password.js';
import { type SignOutRequest, signOut } from './sign-out.js';
import { signOutEverywhere } from './sign-out-everywhere.js';
import { signOutOthers } from './sign-out-others.js';
import type { SignedIn } from './signed-in.js';

/** Every story, told for one app. The stories' own files say what each guarantees and which errors it gives. */
export interface Flows {
  register(registration: Registration): Promise<SignedIn>;
  signInWithPassword(claim: PasswordClaim): Promise<SignedIn>;
  refresh(request: RefreshRequest): Promise<SignedIn>;
  signOut(request: SignOutRequest): Promise<void>;
  signOutEverywhere(user: UserRef): Promise<void>;
  signOutOthers(user: UserRef, keepSessionId: string): Promise<void>;
  listSessions(
    user: UserRef,
    page?: { readonly limit?: number; readonly after?: SessionCursor | null },
  ): Promise<SessionPage>;
  endSession(user: UserRef, sessionId: string): Promise<void>;
  changePassword(change: PasswordChange): Promise<SignedIn>;
  revokeToken(tenantId: string, token: string): Promise<void>;
  findUser(user: UserRef): Promise<UserRecord | null>;
  renameUser(user: UserRef, name: string | null): Promise<UserRecord | null>;
}

/** The stories, each with the context it is told in. */
export function createFlows(auth: FlowContext): Flows {
  return {
    register: (registration) => register(auth, registration),
    signInWithPassword: (claim) => signInWithPassword(auth, claim),
    refresh: (request) => refresh(auth, request),
    signOut: (request) => signOut(auth, request),
    signOutEverywhere: (user) => signOutEverywhere(auth, user),
    signOutOthers: (user, keepSessionId) => signOutOthers(auth, user, keepSessionId),
    listSessions: (user, page) => auth.sessions.list(user, page),
    endSession: (user, sessionId) => endSession(auth, user, sessionId),
    changePassword: (change) => changePassword(auth, change),
    revokeToken: (tenantId, token) => revokeToken(auth, tenantId, token),
    findUser: (user) => auth.users.find(user),
    renameUser: (user, name) => auth.users.rename(user, name),
  };
}

import type { RevocationPolicyOptions, RevocationStatus, SessionPolicyOptions } from '@tessera-auth/core';
import type { SignIn } from '@tessera-auth/core/primitives';
import type { UserRef } from '@tessera-auth/core/stores';
import type { DefectName } from './defects.js';

/** The servers that sessions are kept on. Accounts are in Postgres either way. */
export type StoreKind = 'postgres' | 'redis';

/** What the nodes of one app have in common. */
export interface AppSettings {
  /** Schema and key prefix. */
  readonly name: string;
  readonly store: StoreKind;
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** Where the clock of stores and nodes stands until it is moved; `null`: the servers' own clocks. */
  readonly clockMs: number | null;
  readonly sessions: SessionPolicyOptions;
  readonly revocation: RevocationPolicyOptions;
  /** Postgres wakes up the readers of the log. */
  readonly wakeUps: boolean;
}

/** How one node opens the app. */
export interface NodeSettings extends AppSettings {
  /** What is wrong with this node; `null` when it is sound. */
  readonly defect: DefectName | null;
}

/** The tokens of a signed-in client. */
export interface Held {
  readonly user: UserRef;
  readonly sessionId: string;
  readonly generation: number;
  readonly refreshToken: string;
  readonly accessToken: string;
}

/** What came of one command, with wall-clock instants; all processes of a machine share that clock. */
export interface Answer {
  /** `done`, or the code of the refusal. */
  readonly outcome: string;
  readonly held: Held | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Somebody signs in, or registers. */
export interface Claim {
  readonly tenantId: string;
  readonly email: string;
  readonly password: string;
}

/** A client presents a refresh token. */
export interface Presented {
  readonly tenantId: string;
  readonly refreshToken: string;
  readonly attemptId?: string;
}

/** One of the ways in which sessions and tokens end. */
export type Ending =
  | { readonly kind: 'session'; readonly user: UserRef; readonly sessionId: string }
  | { readonly kind: 'sign-out'; readonly tenantId: string; readonly refreshToken: string }
  | { readonly kind: 'others'; readonly user: UserRef; readonly keepSessionId: string }
  | { readonly kind: 'everywhere'; readonly user: UserRef }
  | { readonly kind: 'tenant'; readonly tenantId: string }
  | {
      readonly kind: 'password';
      readonly user: UserRef;
      readonly sessionId: string;
      readonly currentPassword: string;
      readonly newPassword: string;
    };

/** What a node that asked about one access token again and again was told. */
export interface Sighting {
  /** When it last called and was told "not revoked"; `null`: never. */
  readonly acceptedAtMs: number | null;
  /** When it first called and was told "revoked"; `null`: never. */
  readonly refusedAtMs: number | null;
}

/**
 * One app on one node, as another process sees it. Lists are worked off in parallel, and answered in their order. Nothing
 * rejects for a refusal or an outage: that is an outcome.
 */
export interface NodeApp {
  register(claims: readonly Claim[]): Promise<readonly Answer[]>;
  signIn(claims: readonly Claim[]): Promise<readonly Answer[]>;
  /** The first half of signing in: the epochs are read, and no credential was looked at yet. */
  beginSignIn(users: readonly UserRef[]): Promise<readonly SignIn[]>;
  /** The second half, of a credential that was right; `overtaken` when everybody was signed out meanwhile. */
  finishSignIn(signIns: readonly SignIn[]): Promise<readonly Answer[]>;
  refresh(presented: readonly Presented[]): Promise<readonly Answer[]>;
  end(endings: readonly Ending[]): Promise<readonly Answer[]>;
  /** For each access token `accepted`, `revoked`, or the code for which it does not verify. */
  check(accessTokens: readonly string[]): Promise<readonly string[]>;
  /** Of each user the ids of the live sessions. */
  listSessions(users: readonly UserRef[]): Promise<readonly (readonly string[])[]>;

  /** Begins to ask about these tokens every other millisecond. */
  watch(accessTokens: readonly string[]): Promise<void>;
  /** Goes on until all are refused, or the limit is over. */
  endWatch(limitMs: number): Promise<readonly Sighting[]>;

  /** Has the process kill itself when it is done with so many more refreshes: the last of them is never answered. */
  dieAtRefresh(count: number): Promise<void>;
  settled(): Promise<void>;
  status(): Promise<RevocationStatus>;
  /** How often each kind of event was told on this node. */
  countEvents(): Promise<Readonly<Record<string, number>>>;
  /** Moves the clock of this node and its stores. */
  moveClock(toMs: number): Promise<void>;
  /** Deletes all that the app has stored, for every node. */
  deleteEverything(): Promise<void>;
  close(): Promise<void>;
}

/** What a process is told. */
export type NodeRequest = { readonly id: number; readonly app: string } & (
  | { readonly method: 'open'; readonly settings: NodeSettings }
  | { readonly method: keyof NodeApp; readonly input: unknown }
);

/** What a process says: first that it is there, then what came of each request. */
export type NodeReply =
  | { readonly id: 'ready' }
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: string };

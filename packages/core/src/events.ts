import type { DistributiveOmit } from './distributive-omit.js';
import type { AuthErrorCode, DenialReason } from './errors.js';
import type { SessionEndReason } from './stores/session-store.js';

/** Where an act came from, as far as the request said. */
export interface EventOrigin {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** The request that an act came with. */
export interface RequestSource extends EventOrigin {
  /** As the answer has it, in `x-request-id` and in problem documents. */
  readonly requestId: string;
  /** Who is signed in with it, where that is known; recorded of what is not about them and names nobody else who did it. */
  readonly actorId?: string;
  /** The session that is signed in with it, where that is known. */
  readonly actorSessionId?: string;
}

/** What somebody proves with who they are. */
export type Factor = 'password' | 'totp' | 'backup_code';

/**
 * What happened, for notices, metrics and alarms. Names follow the OWASP logging vocabulary. No event holds a secret.
 *
 * - `authn_login_success`: `isNewDevice` says that no earlier session came from this device, browser and system.
 * - `authn_login_fail`: unknown user, wrong password and disabled account alike; `userId` where the address is known.
 * - `authn_mfa_fail`: the password was right and the second factor was not.
 * - `authz_fail`: somebody was refused what they asked for; `missing` and `name` say what they lacked, `reasons` why.
 * - `malicious_request`: a request tried to get around a defence; `refusal` is the code that it was refused with.
 * - `input_validation_fail`: a request did not have the form that its route asks for.
 * - `sys_failure`: a request could not be answered. Told only, and not in the audit log: the store may be what is away.
 * - `audit_pruned`: old entries of the audit log are about to be removed (`removed` is `null`), and then: were removed.
 * - `excess_rate_limit_exceeded`: once, not for every refusal; `zone` says what was limited.
 * - `authn_login_lock`: after 100 failures in a row, a password or a second factor opens nothing any more.
 * - `authz_change`: a user was granted a role, or lost one.
 * - `authz_admin`: a role was made, changed or deleted, for everybody who has it.
 * - `audit_read`: somebody looked at the audit log, took some of it along or had it checked.
 * - `authn_token_reuse`: a spent refresh token came back. Somebody may have stolen it; the session was ended.
 * - `authn_token_revoked`: an access token was revoked alone; `tokenId` is its `jti`. With its session it is `session_ended`.
 * - `authn_password_reset_requested`, `user_creation_requested`: somebody asked for a link, whoever they are. `userId` is that of the
 *   account that has the address, or `null`; who asked learns neither.
 * - `user_email_change_requested`: the owner asked for a link to another address.
 * - `user_updated`: the owner changed what `fields` names; never a value.
 * - `user_exported`: what is stored of a user was handed out.
 * - `session_ended`: `userId` is `null` where the sessions of everybody in the tenant ended.
 */
export type AuthEvent = {
  readonly at: Date;
  readonly tenantId: string;
  /** The request that it came with, where a route or guard did it. */
  readonly requestId?: string;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  /** The session that the request was signed in with: of whoever did it, while `sessionId` is what it is about. */
  readonly actorSessionId?: string;
} & (
  | ({
      readonly type: 'authn_login_success';
      readonly userId: string;
      readonly sessionId: string;
      readonly isNewDevice: boolean;
      /** What was proved (RFC 8176), as in the access token. */
      readonly amr: readonly string[];
    } & EventOrigin)
  | ({
      readonly type: 'authn_login_fail';
      readonly userId: string | null;
      /** What was not good. */
      readonly factor: Factor;
    } & EventOrigin)
  | ({ readonly type: 'authn_mfa_fail'; readonly userId: string; readonly factor: Factor } & EventOrigin)
  | {
      readonly type: 'authn_mfa_enabled' | 'authn_mfa_backup_codes_renewed';
      readonly userId: string;
    }
  | {
      readonly type: 'authn_mfa_disabled';
      readonly userId: string;
      /** Who did it, or `null` for the app itself. */
      readonly actorId: string | null;
    }
  | {
      readonly type: 'authn_mfa_backup_code_used';
      readonly userId: string;
      readonly backupCodesLeft: number;
    }
  | {
      readonly type: 'authn_reauthenticated';
      readonly userId: string;
      readonly sessionId: string;
      readonly amr: readonly string[];
    }
  | { readonly type: 'authn_password_change'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'authn_password_reset' | 'user_email_change_requested' | 'user_email_changed';
      readonly userId: string;
    }
  | { readonly type: 'authn_token_reuse'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'authn_token_revoked';
      readonly userId: string;
      readonly sessionId: string;
      readonly tokenId: string;
    }
  | {
      readonly type: 'authn_password_reset_requested' | 'user_creation_requested';
      /** Whose address it is, or `null`. Who asked is not known. */
      readonly userId: string | null;
    }
  | { readonly type: 'session_renewed'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'session_ended';
      /** `null`: everybody in the tenant. */
      readonly userId: string | null;
      /** `null`: every session of the user, or all but `exceptSessionId`. */
      readonly sessionId: string | null;
      readonly exceptSessionId: string | null;
      readonly reason:
        | SessionEndReason
        | 'signed_out_everywhere'
        | 'signed_out_others'
        | 'ended_by_administrator'
        | 'user_deleted';
      /** Who did it where it was not the user, or `null` for the app itself. */
      readonly actorId?: string | null;
    }
  | {
      readonly type: 'excess_rate_limit_exceeded';
      /** Nobody is known: it may have been anybody who named an account. */
      readonly userId: null;
      /** Who was signed in with the request, where somebody was. */
      readonly actorId?: string;
      readonly zone: string;
      readonly ip: string | null;
    }
  | {
      readonly type: 'authn_login_lock';
      /** Nobody is known: it may have been anybody who named an account. */
      readonly userId: null;
      /** Who was signed in with the request, where somebody was. */
      readonly actorId?: string;
      /** `signIn` or `secondFactor`. */
      readonly zone: string;
    }
  | {
      readonly type: 'audit_read';
      /** It is about the log. */
      readonly userId: null;
      /** Who read. */
      readonly actorId: string;
      readonly act: 'list' | 'export' | 'verify';
      /** The names of what was asked for, such as `userId`; never a value. */
      readonly filters: readonly string[];
    }
  | {
      readonly type: 'audit_pruned';
      /** It is about the log. */
      readonly userId: null;
      /** `null`: the app itself. */
      readonly actorId: string | null;
      /** Older than that. */
      readonly before: Date;
      /** How many entries. `null`: it is about to be done, and is recorded again when it was. */
      readonly removed: number | null;
    }
  | ReportedEvent
  | {
      readonly type: 'authz_change';
      readonly userId: string;
      /** Who did it, or `null` for the app itself. */
      readonly actorId: string | null;
      readonly act: 'granted' | 'revoked';
      readonly role: string;
      /** Until when it was granted, or `null`. */
      readonly expiresAt: Date | null;
    }
  | {
      readonly type: 'authz_admin';
      /** It is about a role. */
      readonly userId: null;
      /** Who did it, or `null` for the app itself. */
      readonly actorId: string | null;
      readonly act: 'role_created' | 'role_changed' | 'role_deleted';
      readonly role: string;
      /** What it grants from now on. */
      readonly permissions: readonly string[];
    }
  | { readonly type: 'user_created'; readonly userId: string }
  | {
      readonly type: 'user_updated';
      readonly userId: string;
      /** What was changed, such as `name`. */
      readonly fields: readonly string[];
    }
  | {
      readonly type: 'user_disabled' | 'user_enabled' | 'user_deleted' | 'user_exported';
      readonly userId: string;
      /** Who did it, or `null` for the app itself. */
      readonly actorId: string | null;
    }
);

/** What somebody lacked who was refused. */
export interface Demand {
  readonly missing: 'role' | 'permission' | 'owner' | 'step_up' | 'address';
  /** The role or the permissions, as the code names them; `null` where there is no name. */
  readonly name: string | null;
}

/** What may come in floods. */
export type ReportedEvent = {
  /** How many like it were left out since the one before. */
  readonly leftOut: number;
} & (
  | ({
      readonly type: 'authz_fail';
      /** `null`: nobody was signed in. */
      readonly userId: string | null;
      readonly sessionId: string | null;
      /** Why the policy said no, one for each permission; empty where it was not asked, or there was no record to ask about. */
      readonly reasons: readonly DenialReason[];
    } & Demand)
  | {
      readonly type: 'malicious_request' | 'input_validation_fail';
      /** Nobody is known: whoever sends it may say anything. */
      readonly userId: null;
      /** Who was signed in with the request, where somebody was. */
      readonly actorId?: string;
      readonly refusal: AuthErrorCode;
    }
  | {
      readonly type: 'sys_failure';
      readonly userId: null;
      /**
       * `unexpected`: a bug, which the host's error handler gets as well. `decision_missing`: an answer was withheld, because nobody
       * had decided whether the request is allowed.
       */
      readonly failure: 'store_unavailable' | 'overloaded' | 'decision_missing' | 'unexpected';
      /** Of `decision_missing`: the route as the framework names it, otherwise the path. Without a query. */
      readonly method?: string;
      readonly route?: string;
    }
);

/** An event before its instant is known. */
export type NewAuthEvent = DistributiveOmit<AuthEvent, 'at'>;

import type { Clock } from '../clock.js';
import type { DistributiveOmit } from '../distributive-omit.js';
import { isAuthError } from '../errors.js';
import type { AuthEvent, NewAuthEvent, ReportedEvent, RequestSource } from '../events.js';
import { networkOf } from '../ip-address.js';
import { nameOf } from './outbox.js';

/** An event that may come in floods, before it is known how many like it were left out. */
export type Report = Exclude<
  DistributiveOmit<Extract<NewAuthEvent, ReportedEvent>, 'leftOut'>,
  { readonly type: 'sys_failure' }
>;

/** The request that went wrong, and its route where that is what went wrong. */
export interface FailureSource extends RequestSource {
  readonly method?: string;
  readonly route?: string;
}

/** Where what may come in floods is told. Nothing here throws, and nobody waits for it. */
export interface Reports {
  /** Tells of it, unless one like it was told less than a minute ago on this node; that one is counted for the next. */
  report(report: Report): void;
  /** Tells in the same way of what went wrong, and hands it to `onError`. */
  reportError(error: unknown, source?: FailureSource): void;
  /** Resolves when all that is under way has been recorded, or has failed. */
  settle(): Promise<void>;
}

/** What reports are made of. */
export interface ReportsOptions {
  readonly record: (event: NewAuthEvent) => Promise<void>;
  /** For what no store can be asked to record. */
  readonly tell: (event: AuthEvent) => void;
  /** Told what went wrong. Default: a process warning. */
  readonly onError: ((error: unknown, request: { readonly requestId: string | null }) => void) | undefined;
  /** Told when one could not be recorded. */
  readonly fail: (error: unknown) => void;
  readonly clock: Clock;
}

const windowMs = 60_000;
/** How many subjects are known at a time; what more there are in a minute share one for each type. */
const maxSubjects = 1000;

/**
 * Reports that a flood can neither use up the memory with nor fill the log: one a minute for each account or network and each
 * thing that happened, and of all together at most a thousand and some.
 */
export function createReports(options: ReportsOptions): Reports {
  const { record, tell, onError = warn, fail, clock } = options;
  // The one that was told longest ago comes first.
  const told = new Map<string, { readonly at: number; leftOut: number }>();
  /** By type: those who find no place among the others. */
  const crowd: typeof told = new Map();
  const underWay = new Set<Promise<void>>();

  /** How many were left out since the last one; `null` where this one is left out as well. */
  const admit = (subject: string, type: string): number | null => {
    const now = clock.now();
    // A clock that was set back must not silence anybody.
    const isRecent = (at: number) => Math.abs(now - at) < windowMs;
    const [oldest] = told;
    if (oldest !== undefined && told.size >= maxSubjects && !told.has(subject) && !isRecent(oldest[1].at))
      told.delete(oldest[0]);
    const isFull = told.size >= maxSubjects && !told.has(subject);
    const [places, place] = isFull ? [crowd, type] : [told, subject];
    const last = places.get(place);
    if (last !== undefined && isRecent(last.at)) {
      last.leftOut += 1;
      return null;
    }
    places.delete(place);
    places.set(place, { at: now, leftOut: 0 });
    return last?.leftOut ?? 0;
  };

  return {
    report(report) {
      const leftOut = admit(subjectOf(report), report.type);
      if (leftOut === null) return;
      const recorded: Promise<void> = record({ ...report, leftOut })
        .catch(fail)
        .finally(() => underWay.delete(recorded));
      underWay.add(recorded);
    },
    reportError(error, source) {
      const failure = failureOf(error);
      const subject = ['sys_failure', failure, source?.method, source?.route];
      const leftOut = admit(JSON.stringify(subject), 'sys_failure');
      if (leftOut === null) return;
      const at = new Date(clock.now());
      tell({ type: 'sys_failure', at, tenantId: '', userId: null, failure, leftOut, ...source });
      try {
        onError(error, { requestId: source?.requestId ?? null });
      } catch (again) {
        fail(again);
      }
    },

    settle: async () => void (await Promise.all(underWay)),
  };
}

/** Whom it is about, and what. Without the tenant where nobody is known, for that is what the client says. */
function subjectOf(report: Report): string {
  const client = networkOf(report.ip ?? '');
  if (report.type !== 'authz_fail') return JSON.stringify([report.type, client, report.refusal]);
  const who = report.userId === null ? ['client', client] : ['user', report.tenantId, report.userId];
  return JSON.stringify([report.type, ...who, report.missing, report.name]);
}

function failureOf(error: unknown): Extract<ReportedEvent, { type: 'sys_failure' }>['failure'] {
  if (!isAuthError(error)) return 'unexpected';
  return error.code === 'overloaded' || error.code === 'decision_missing' ? error.code : 'store_unavailable';
}

/** The kinds of the errors only: their messages may hold what was sent to a store. */
function warn(error: unknown): void {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${nameOf(error.cause)})` : '';
  process.emitWarning(`a request failed: ${isAuthError(error) ? error.code : nameOf(error)}${cause}`);
}

import { randomUUID } from 'node:crypto';
import { matchesFilter } from '@tessera-auth/core';
import type { Identity } from '@tessera-auth/core/http';
import { policy, type RoleName } from './policy.js';

/** What somebody wrote for those above them, as one reader sees it. */
export interface Report {
  readonly id: string;
  readonly title: string;
  readonly authorRole: RoleName;
  readonly isApproved: boolean;
  /** The reader may approve it. */
  readonly isApprovable: boolean;
}

/** The reports of the company. They live in memory: this example is about who may see them. */
export interface Reports {
  /** What the caller may see: their own, and those of everybody whose role is below theirs. Newest first. */
  list(caller: Identity): readonly Report[];
  write(caller: Identity, title: string): Report;
  /** What the caller would write: for the guard that asks whether they may. */
  draft(caller: Identity): Pick<ReportRecord, 'authorId' | 'authorRole'>;
  /** The report as the caller sees it, who may read it. */
  view(caller: Identity, report: ReportRecord): Report;
  /** For the guard that asks whether somebody may see to it. */
  find(reportId: string): ReportRecord | null;
  /** Approves a report; a guard has asked whether the caller may. @returns `null` when it is gone. */
  approve(caller: Identity, reportId: string): Report | null;
  /**
   * Has `listener` called with every report that is handed in or approved. It decides whom to tell: a report is not for everybody.
   *
   * @returns what ends that.
   */
  onChange(listener: (change: ReportChange) => void): () => void;
}

/** What has happened to a report. */
export interface ReportChange {
  readonly type: 'handed_in' | 'approved';
  readonly report: ReportRecord;
}

/** A report as it is kept. */
export interface ReportRecord {
  readonly id: string;
  readonly title: string;
  readonly authorId: string;
  readonly authorRole: RoleName;
  readonly isApproved: boolean;
}

/** Nobody fills the memory of the server: the oldest make room. */
const maxReports = 1000;

/** No reports yet. */
export function createReports(): Reports {
  const reports = new Map<string, ReportRecord>();
  const listeners = new Set<(change: ReportChange) => void>();
  const keep = (report: ReportRecord, type: ReportChange['type']): void => {
    reports.set(report.id, report);
    for (const listener of listeners) listener({ type, report });
  };

  return {
    list(caller) {
      // Asked also where there are no reports: `can` for each would decide nothing then.
      const filter = policy.filterFor(caller.principal, 'reports:read');
      return [...reports.values()]
        .filter((report) => matchesFilter(filter, report))
        .map((report) => viewReport(caller, report))
        .reverse();
    },

    write(caller, title) {
      const [oldest] = reports.keys();
      if (reports.size >= maxReports && oldest !== undefined) reports.delete(oldest);
      const report = { id: randomUUID(), title, ...draft(caller), isApproved: false };
      keep(report, 'handed_in');
      return viewReport(caller, report);
    },

    draft,
    view: viewReport,

    find: (reportId) => reports.get(reportId) ?? null,

    approve(caller, reportId) {
      const report = reports.get(reportId);
      if (report === undefined) return null;
      const approved = { ...report, isApproved: true };
      keep(approved, 'approved');
      return viewReport(caller, approved);
    },

    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function viewReport(caller: Identity, report: ReportRecord): Report {
  const { id, title, authorRole, isApproved } = report;
  const isApprovable = !isApproved && caller.can('reports:approve', report);
  return { id, title, authorRole, isApproved, isApprovable };
}

function draft(caller: Identity): Pick<ReportRecord, 'authorId' | 'authorRole'> {
  // The policy names the roles from the bottom to the top.
  const authorRole = policy.roles.findLast((name) => policy.hasRole(caller.roles, name)) ?? 'employee';
  return { authorId: caller.userId, authorRole };
}

import { randomUUID } from 'node:crypto';
import type { Identity } from '@tessera-auth/core/http';
import { type RoleName, roles } from './roles.js';

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
  /** Approves a report of somebody below the caller. @returns it, or `null` when the caller can see no such report. */
  approve(caller: Identity, reportId: string): Report | null;
}

interface ReportRecord {
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

  return {
    list: (caller) =>
      [...reports.values()]
        .filter((report) => report.authorId === caller.userId || isBelow(caller, report))
        .map((report) => viewReport(caller, report))
        .reverse(),

    write(caller, title) {
      const [oldest] = reports.keys();
      if (reports.size >= maxReports && oldest !== undefined) reports.delete(oldest);
      const { userId: authorId } = caller;
      const report = {
        id: randomUUID(),
        title,
        authorId,
        authorRole: highestRole(caller),
        isApproved: false,
      };
      reports.set(report.id, report);
      return viewReport(caller, report);
    },

    approve(caller, reportId) {
      const report = reports.get(reportId);
      // Nobody approves their own, and of what they may not see they learn nothing.
      if (report === undefined || !isBelow(caller, report)) return null;
      const approved = { ...report, isApproved: true };
      reports.set(reportId, approved);
      return viewReport(caller, approved);
    },
  };
}

function viewReport(caller: Identity, report: ReportRecord): Report {
  const { id, title, authorRole, isApproved } = report;
  const isApprovable = !isApproved && caller.can('reports:approve') && isBelow(caller, report);
  return { id, title, authorRole, isApproved, isApprovable };
}

/** Whether the author's role is below the caller's. */
function isBelow(caller: Identity, report: ReportRecord): boolean {
  return rankOf(report.authorRole) < rankOf(highestRole(caller));
}

function highestRole(caller: Identity): RoleName {
  return roles.names.findLast((name) => roles.has(caller.roles, name)) ?? 'employee';
}

/** `roles` names them from the bottom to the top. */
function rankOf(role: RoleName): number {
  return roles.names.indexOf(role);
}

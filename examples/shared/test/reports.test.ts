import type { Identity } from '@tessera-auth/core/http';
import { describe, expect, it } from 'vitest';
import { policy } from '../src/policy.js';
import { createReports, type ReportChange, type ReportRecord } from '../src/reports.js';

function createCaller(userId: string, ...names: string[]): Identity {
  const principal = policy.principal({ userId, roles: names });
  return {
    tenantId: '',
    userId,
    sessionId: 'session',
    roles: names,
    amr: ['pwd'],
    authTime: new Date(0),
    principal,
    can: (permission, ...record) => policy.can(principal, permission, ...record),
    decide: (permission, ...record) => policy.decide(principal, permission, ...record),
    require: () => {
      throw new Error('reports decide for themselves');
    },
  };
}

const ada = createCaller('ada', 'employee');
const bob = createCaller('bob', 'employee');
const eve = createCaller('eve', 'manager');
const zoe = createCaller('zoe', 'boss');

const titles = (reports: readonly { readonly title: string }[]): string[] =>
  reports.map(({ title }) => title);

describe('list', () => {
  it('shows each role its part, newest first', () => {
    const reports = createReports();
    for (const caller of [ada, bob, eve, zoe]) reports.write(caller, `by ${caller.userId}`);
    expect(titles(reports.list(ada))).toEqual(['by ada']);
    expect(titles(reports.list(bob))).toEqual(['by bob']);
    expect(titles(reports.list(eve))).toEqual(['by eve', 'by bob', 'by ada']);
    expect(titles(reports.list(zoe))).toEqual(['by zoe', 'by eve', 'by bob', 'by ada']);
  });

  it('does not show a manager the reports of another', () => {
    const reports = createReports();
    reports.write(eve, 'by eve');
    expect(reports.list(createCaller('mia', 'manager'))).toEqual([]);
  });

  it('forgets the oldest of too many', () => {
    const reports = createReports();
    for (let count = 0; count <= 1000; count++) reports.write(ada, `report ${count}`);
    expect(reports.list(ada)).toHaveLength(1000);
    expect(titles(reports.list(ada)).at(-1)).toBe('report 1');
  });
});

describe('approve', () => {
  it('is for those above the author', () => {
    const reports = createReports();
    const { id } = reports.write(ada, 'by ada');
    expect(reports.list(ada)[0]?.isApprovable).toBe(false);
    expect(bob.can('reports:approve', reports.find(id) as ReportRecord)).toBe(false);
    expect(reports.list(eve)[0]?.isApprovable).toBe(true);
    expect(reports.approve(eve, id)).toMatchObject({ isApproved: true, isApprovable: false });
    expect(reports.list(ada)[0]?.isApproved).toBe(true);
  });

  it('is not for the author, nor for a report that is not there', () => {
    const reports = createReports();
    const { id } = reports.write(eve, 'by eve');
    expect(eve.can('reports:approve', reports.find(id) as ReportRecord)).toBe(false);
    expect(zoe.can('reports:approve', reports.find(id) as ReportRecord)).toBe(true);
    expect(reports.approve(zoe, 'no-such-report')).toBeNull();
  });
});

describe('onChange', () => {
  it('tells what is handed in and approved, to everybody until they have heard enough', () => {
    const reports = createReports();
    const heard: ReportChange[] = [];
    const told: ReportChange[] = [];
    reports.onChange((change) => told.push(change));
    const leave = reports.onChange((change) => heard.push(change));

    const { id } = reports.write(ada, 'by ada');
    const handedIn = {
      type: 'handed_in',
      report: { id, title: 'by ada', authorId: 'ada', isApproved: false },
    };
    expect(heard).toMatchObject([handedIn]);
    leave();
    reports.approve(eve, id);
    reports.approve(eve, 'no-such-report');
    expect(heard).toHaveLength(1);
    expect(told).toMatchObject([handedIn, { type: 'approved', report: { id, isApproved: true } }]);
  });
});

import { type AuthOptions, definePolicy, type SignedIn } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { deploy, type Mix, mixes, type Node } from './mixes.js';
import { createVisitor, origin, outcomeOf, password, type Visitor } from './visitor.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read', 'approve'] } },
  roles: {
    employee: { can: ['reports:read'] },
    boss: { inherits: ['employee'], can: ['reports:approve', 'auth:roles:write'] },
  },
});
const auditor = { tenantId: '', actorId: null, name: 'auditor' };
const devices = 6;
const rounds = 6;

let nodes: readonly [Node, Node];
let here: Visitor;
let there: Visitor;
const start = async (mix: Mix, options: Partial<AuthOptions> = {}): Promise<void> => {
  const servers = { postgresUrl: inject('postgresUrl'), redisUrl: inject('redisUrl') };
  const deployment = await deploy(mix, servers, { policy, ...options });
  nodes = [await deployment.startNode(), await deployment.startNode()];
  here = createVisitor(nodes[0].auth);
  there = createVisitor(nodes[1].auth);
};
afterEach(async () => {
  for (const node of nodes) await node.close();
});

const permissionsOf = ({ accessToken }: SignedIn): readonly string[] => {
  const { auth } = nodes[1];
  const { subject: userId, roles, permissions: grants } = auth.accessTokens.verify(accessToken);
  return policy.listPermissions(policy.principal({ userId, roles, grants }));
};

/** Changes a user's roles in every way at one node, and asks the other one after each. @param reach waits until it has to know. */
async function expectChangesToAct(reach: () => Promise<void>): Promise<void> {
  const { auth } = nodes[0];
  let held = await there.register();
  const act = { user: held.user, actorId: null };
  await auth.createRole({ ...auditor, permissions: ['reports:approve'] });
  const steps: readonly (readonly [() => Promise<unknown>, readonly string[]])[] = [
    [() => auth.grantRole({ ...act, role: 'auditor' }), ['reports:approve']],
    [() => auth.replaceRole({ ...auditor, permissions: ['reports:read'] }), ['reports:read']],
    [() => auth.revokeRole({ ...act, role: 'auditor' }), []],
    [() => auth.grantRole({ ...act, role: 'employee' }), ['reports:read']],
    [() => auth.grantRole({ ...act, role: 'auditor' }), ['reports:read']],
    [() => auth.deleteRole(auditor), ['reports:read']],
  ];
  const { id } = held.session;
  for (const [change, permissions] of steps) {
    expect([await here.visit(held), await there.visit(held)]).toEqual([200, 200]);
    await change();
    expect(await here.visit(held)).toBe(401);
    await reach();
    expect(await there.visit(held)).toBe(401);
    held = await there.refresh(held);
    expect(held.session.id).toBe(id);
    expect([await here.visit(held), await there.visit(held)]).toEqual([200, 200]);
    expect(permissionsOf(held)).toEqual(permissions);
  }
}

describe.each(mixes)('roles on two nodes that ask the store at each request, with $name', (mix) => {
  beforeEach(() => start(mix, { revocation: { check: 'direct' } }));

  it('act on the very next request of either node, and end no session', async () => {
    await expectChangesToAct(async () => {});
  });
});

describe.each(mixes)('roles on two nodes with $name', (mix) => {
  beforeEach(() => start(mix));

  const settled = (): Promise<void> => nodes[0].auth.revocations.settled();

  it('act on the next request of the node that changed them, and of the other one once it has heard; no session ends', async () => {
    await expectChangesToAct(settled);
  });

  it('leave no living token of older roles, however refreshes and changes meet', async () => {
    const sessions = [await here.register()];
    while (sessions.length < devices) sessions.push(await there.signIn());
    const [{ user }] = sessions as [SignedIn];
    const issued: SignedIn[] = [...sessions];
    const refreshAll = (): Promise<unknown> =>
      Promise.all(
        sessions.map(async (_session, device) => {
          for (const node of [here, there, here]) {
            const next = await node.refresh(sessions[device] as SignedIn);
            sessions[device] = next;
            issued.push(next);
          }
        }),
      );
    for (let round = 0; round < rounds; round++) {
      const act = { user, actorId: null, role: 'employee' };
      const isGranted = round % 2 === 0;
      await Promise.all([
        refreshAll(),
        isGranted ? nodes[0].auth.grantRole(act) : nodes[0].auth.revokeRole(act),
      ]);
      await settled();
      const living: SignedIn[] = [];
      for (const held of issued) {
        const visits = [await here.visit(held), await there.visit(held)];
        if (visits.includes(200)) living.push(held);
      }
      for (const held of living) expect(held.user.roles).toEqual(isGranted ? ['employee'] : []);
      await refreshAll();
      for (const held of sessions) expect(await there.visit(held)).toBe(200);
    }
  });

  const registerAs = async (address: string): Promise<SignedIn['user']> =>
    finishedSignIn(
      await nodes[0].auth.register({ tenantId: '', email: address, password, name: null, origin }),
    ).user;
  /** Everybody takes the role from the next one, each on a node of their own. */
  const takeFromEachOther = (users: readonly SignedIn['user'][]): Promise<readonly string[]> =>
    Promise.all(
      users.map((user, at) => {
        const actorId = users[1 - at]?.userId ?? null;
        return outcomeOf((nodes[at] as Node).auth.revokeRole({ user, role: 'boss', actorId }));
      }),
    );

  it('keep one of two administrators who take the role from each other at once', async () => {
    const grant = { actorId: null, role: 'boss' };
    const { auth } = nodes[0];
    const users = [(await here.register()).user, await registerAs('bob@example.org')];
    for (let round = 0; round < rounds; round++) {
      for (const user of users) await auth.grantRole({ ...grant, user });
      const outcomes = await takeFromEachOther(users);
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      // The loser was refused as the last one, or has lost the right to do it.
      expect(outcomes).not.toEqual(['done', 'done']);
    }
  });

  it('let nobody act by a role that they have lost at the same moment', async () => {
    const grant = { actorId: null, role: 'boss' };
    const { auth } = nodes[0];
    const users = [(await here.register()).user, await registerAs('bob@example.org')];
    // Somebody who stays, so that neither is the last one.
    await auth.grantRole({ ...grant, user: await registerAs('carol@example.org') });
    for (let round = 0; round < rounds; round++) {
      for (const user of users) await auth.grantRole({ ...grant, user });
      expect([...(await takeFromEachOther(users))].sort()).toEqual(['done', 'grant_exceeds_ceiling']);
    }
  });
});

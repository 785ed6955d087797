import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { deploy, mixes, type Node } from './mixes.js';
import { createVisitor, email, newPassword, outcomeOf, password, type Visitor } from './visitor.js';

describe.each(mixes)('two nodes with $name', (mix) => {
  let nodes: readonly [Node, Node];
  let here: Visitor;
  let there: Visitor;
  beforeEach(async () => {
    const deployment = await deploy(mix, {
      postgresUrl: inject('postgresUrl'),
      redisUrl: inject('redisUrl'),
    });
    nodes = [await deployment.startNode(), await deployment.startNode()];
    here = createVisitor(nodes[0].auth);
    there = createVisitor(nodes[1].auth);
  });
  afterEach(async () => {
    for (const node of nodes) await node.close();
  });

  const settled = (): Promise<void> => nodes[0].auth.revocations.settled();
  const states = () => nodes.map(({ auth }) => auth.revocations.status().state);

  it('says what follows from it', () => {
    const { consequences } = nodes[0].auth.composition;
    expect(consequences.map(({ code }) => code)).toEqual(mix.consequences);
  });

  it('lets a session be used and refreshed anywhere', async () => {
    const first = await here.register();
    const second = await there.refresh(first);
    const third = await here.refresh(second);
    for (const held of [first, second, third])
      for (const node of [here, there]) expect(await node.visit(held)).toBe(200);
    expect(states()).toEqual(['fresh', 'fresh']);
  });

  it('signs out everywhere: at once where it was asked for, and within the bound elsewhere', async () => {
    const laptop = await here.register();
    const phone = await there.signIn();
    await here.signOutEverywhere(laptop);
    for (const held of [laptop, phone]) expect(await here.visit(held)).toBe(401);
    await settled();
    for (const held of [laptop, phone]) {
      expect(await there.visit(held)).toBe(401);
      expect(await outcomeOf(there.refresh(held))).toBe('refresh_token_invalid');
    }
    expect(states()).toEqual(['fresh', 'fresh']);
    const again = await there.signIn();
    for (const node of [here, there]) expect(await node.visit(again)).toBe(200);
  });

  it('changes a password and ends the other sessions', async () => {
    const phone = await there.register();
    const laptop = await here.signIn();
    const renewed = await here.changePassword(laptop);
    expect([await here.visit(renewed), await here.visit(phone)]).toEqual([200, 401]);
    await settled();
    expect([await there.visit(renewed), await there.visit(phone)]).toEqual([200, 401]);
    expect(await outcomeOf(there.refresh(phone))).toBe('refresh_token_invalid');
    expect(await outcomeOf(there.signIn(password))).toBe('credentials_invalid');
    expect(await outcomeOf(there.signIn(newPassword))).toBe('done');
  });

  it('sets a new password by a link once, on whichever node, and ends every session', async () => {
    const laptop = await here.register();
    await nodes[1].auth.forgotPassword('', email);
    await new Promise((resolve) => setImmediate(resolve));
    const token =
      nodes[1].notices.flatMap((notice) => (notice.kind === 'password_reset' ? notice.token : []))[0] ?? '';
    const resets = Array.from({ length: 8 }, (_, index) =>
      outcomeOf(nodes[index % 2 === 0 ? 0 : 1].auth.resetPassword({ tenantId: '', token, newPassword })),
    );
    const outcomes = await Promise.all(resets);
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'one_time_token_invalid']));
    await settled();
    for (const node of [here, there]) expect(await node.visit(laptop)).toBe(401);
    expect(await outcomeOf(there.signIn(password))).toBe('credentials_invalid');
    expect(await outcomeOf(there.signIn(newPassword))).toBe('done');
  });

  it('moves an account to another address by a link, and voids what went to the old one', async () => {
    await here.register();
    const { user } = await here.signIn();
    await nodes[0].auth.forgotPassword('', email);
    await nodes[0].auth.requestEmailChange(user, 'another@example.com');
    await new Promise((resolve) => setImmediate(resolve));
    const tokens = nodes[0].notices.flatMap((notice) => ('token' in notice ? notice.token : []));
    const [toOld = '', toNew = ''] = tokens;
    expect(await outcomeOf(nodes[1].auth.verifyEmail('', toNew))).toBe('done');
    expect((await nodes[1].auth.findUser(user))?.email).toBe('another@example.com');
    const late = nodes[1].auth.resetPassword({ tenantId: '', token: toOld, newPassword });
    expect(await outcomeOf(late)).toBe('one_time_token_invalid');
  });

  it('ends a session whose spent refresh token comes back', async () => {
    const stolen = await here.register();
    const bystander = await here.signIn();
    const renewed = await here.refresh(stolen);
    expect(await outcomeOf(there.refresh(stolen))).toBe('refresh_token_reused');
    expect(await there.visit(renewed)).toBe(401);
    await settled();
    expect(await here.visit(renewed)).toBe(401);
    expect(await outcomeOf(here.refresh(renewed))).toBe('refresh_token_invalid');
    for (const node of [here, there]) expect(await node.visit(bystander)).toBe(200);
  });

  it('deletes nothing that is still needed', async () => {
    const held = await here.register();
    await here.signOutEverywhere(held);
    await there.signIn();
    expect(await nodes[1].auth.deleteExpired()).toBe(0);
    await settled();
    expect(await there.visit(held)).toBe(401);
  });
});

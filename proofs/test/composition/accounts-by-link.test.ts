import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Deployment, deploy, everythingInPostgres, mixes, type Node } from './mixes.js';
import { createVisitor, email, newPassword, origin, outcomeOf, password, type Visitor } from './visitor.js';

const openings = 8;

describe.each([...mixes, everythingInPostgres])('accounts by link on two nodes with $name', (mix) => {
  let deployment: Deployment;
  let nodes: readonly [Node, Node];
  let there: Visitor;
  beforeEach(async () => {
    const servers = { postgresUrl: inject('postgresUrl'), redisUrl: inject('redisUrl') };
    deployment = await deploy(mix, servers, { emailVerification: 'required' });
    nodes = [await deployment.startNode(), await deployment.startNode()];
    there = createVisitor(nodes[1].auth);
  });
  afterEach(async () => {
    for (const node of nodes) await node.close();
  });

  /** Asks on the first node. @returns the token of the link that was sent. */
  const ask = async (secret = password): Promise<string> => {
    const [{ auth, notices }] = nodes;
    await auth.requestAccount({ tenantId: '', email, password: secret, name: null, origin });
    // Nobody waits for mail: it is sent in the next turn.
    await turn();
    const sent = notices.at(-1);
    if (sent?.kind !== 'email_verification') throw new Error(`sent: ${sent?.kind}`);
    return sent.token;
  };
  const open = (token: string, at = 1): Promise<string> =>
    outcomeOf((nodes[at % 2] as Node).auth.verifyEmail('', token));
  const openAtOnce = (tokens: readonly string[]): Promise<readonly string[]> =>
    Promise.all(
      Array.from({ length: openings }, (_, at) => open(tokens[at % tokens.length] ?? '', Math.floor(at / 2))),
    );
  const expectOneOf = (outcomes: readonly string[]): void => {
    expect([...outcomes].sort()).toEqual(['done', ...Array(openings - 1).fill('one_time_token_invalid')]);
  };

  it('there is none before the link is opened, on any node, and none is signed in by it', async () => {
    const token = await ask();
    expect(await outcomeOf(there.signIn())).toBe('credentials_invalid');
    expect(await open(token)).toBe('done');
    const { user, session } = await createVisitor(nodes[0].auth).signIn();
    expect(user).toMatchObject({ email, emailVerifiedAt: expect.any(Date) });
    const { sessions } = await nodes[1].auth.listSessions(user);
    expect(sessions.map(({ id }) => id)).toEqual([session.id]);
  });

  it('one link makes one account, however many open it at once', async () => {
    expectOneOf(await openAtOnce([await ask()]));
    expect(await outcomeOf(there.signIn())).toBe('done');
  });

  it('the first of two links wins, also at the same moment, and the other opens nothing', async () => {
    const links = [await ask(), await ask(newPassword)];
    expectOneOf(await openAtOnce(links));
    const entries = [await outcomeOf(there.signIn()), await outcomeOf(there.signIn(newPassword))];
    expect(entries.sort()).toEqual(['credentials_invalid', 'done']);
    for (const link of links) expect(await open(link)).toBe('one_time_token_invalid');
  });

  it('a link to an account that could not be written is good again, or another one is asked for', async () => {
    const token = await ask();
    const empty = await deployment.fillAccounts();
    expect(await open(token)).toBe('store_unavailable');
    await empty();
    // Only where both are one transaction nothing has been spent.
    const isUndone = mix === everythingInPostgres;
    expect(await open(token)).toBe(isUndone ? 'done' : 'one_time_token_invalid');
    if (!isUndone) {
      expect(await outcomeOf(there.signIn())).toBe('credentials_invalid');
      expect(await open(await ask())).toBe('done');
    }
    expect((await there.signIn()).user.email).toBe(email);
  });
});

import type { SignedIn } from '@tessera-auth/core';
import {
  type PostgresServer,
  type RedisServer,
  startPostgres,
  startRedis,
} from '@tessera-auth/test-services';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploy, mixes, type Node, type ServerName } from './mixes.js';
import { createVisitor, outcomeOf, type Visitor } from './visitor.js';

let servers: { readonly postgres: PostgresServer; readonly redis: RedisServer };
beforeAll(async () => {
  const [postgres, redis] = await Promise.all([startPostgres({ own: true }), startRedis({ own: true })]);
  servers = { postgres, redis };
});
afterAll(async () => {
  await servers?.postgres.stop();
  await servers?.redis.stop();
});

const cases = mixes.flatMap((mix) =>
  [...new Set([mix.sessions, mix.revocations, mix.users])].map((lost) => ({ ...mix, lost })),
);

/** Asks for a guarded page until the answer is this. @returns all answers. */
async function visitUntil(visitor: Visitor, held: SignedIn, status: number): Promise<number[]> {
  const statuses: number[] = [];
  const visit = async () => {
    statuses.push(await visitor.visit(held));
    return statuses.at(-1);
  };
  await expect.poll(visit, { timeout: 30_000 }).toBe(status);
  return statuses;
}

describe.each(cases)('$lost away, with $name', ({ lost, ...mix }) => {
  const during = (...needed: readonly ServerName[]): string =>
    needed.includes(lost) ? 'store_unavailable' : 'done';
  let node: Node;
  let visitor: Visitor;
  beforeEach(async () => {
    const { postgres, redis } = servers;
    node = await (await deploy(mix, { postgresUrl: postgres.url, redisUrl: redis.url })).startNode();
    visitor = createVisitor(node.auth);
  });
  afterEach(async () => {
    await servers[lost].restart();
    await node.close();
  });
  const comeBack = async (): Promise<void> => {
    await servers[lost].restart();
    await expect.poll(() => outcomeOf(node.auth.ready()), { timeout: 30_000 }).toBe('done');
  };

  it('is an outage and no refusal, and all goes on when it is back', { timeout: 120_000 }, async () => {
    const laptop = await visitor.register();
    const phone = await visitor.signIn();
    await servers[lost].kill();

    // For as long as the bound the copy in memory answers; where revocations are elsewhere, it goes on.
    const isBlind = lost === mix.revocations;
    await node.auth.revocations.settled();
    const statuses = await visitUntil(visitor, laptop, isBlind ? 503 : 200);
    expect(await outcomeOf(node.auth.ready())).toBe('store_unavailable');
    expect(await outcomeOf(visitor.signIn())).toBe(during(mix.sessions, mix.users));
    expect(await outcomeOf(visitor.refresh(phone))).toBe(during(mix.sessions, mix.users));
    statuses.push(await visitor.visit(laptop));

    await comeBack();
    statuses.push(...(await visitUntil(visitor, laptop, 200)), ...(await visitUntil(visitor, phone, 200)));
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.includes(503)).toBe(isBlind);
    expect(await outcomeOf(visitor.refresh(laptop))).toBe('done');
  });

  it('signs nobody out by half: what failed is repeated', { timeout: 120_000 }, async () => {
    const held = await visitor.register();
    await servers[lost].kill();
    expect(await outcomeOf(visitor.signOutEverywhere(held))).toBe(during(mix.sessions, mix.revocations));
    await comeBack();
    await visitor.signOutEverywhere(held);
    expect(await visitor.visit(held)).toBe(401);
    expect(await outcomeOf(visitor.refresh(held))).toBe('refresh_token_invalid');
    expect(await visitor.visit(await visitor.signIn())).toBe(200);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '@tessera-auth/test-services';
import { Redis } from 'ioredis';
import type { StormUnderWay } from './storm.js';

/** For how long replicas are cut off before their primary dies. */
const lagMs = 400;

/** A primary that is about to be replaced by one of its replicas. */
export interface DyingPrimary {
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  /** Of all of them. */
  readonly password: string;
  readonly die: () => Promise<void>;
}

/**
 * Cuts off the replicas of a primary, and then lets it die: what it answers in between is lost, as asynchronous replication is
 * documented to lose what was answered within the last second.
 *
 * @returns how many sessions were written or ended in that time.
 */
export async function loseLastSecond(
  { oracle, sessions }: StormUnderWay,
  { primary, replicas, password, die }: DyingPrimary,
): Promise<number> {
  const window = { fromMs: performance.now() - (1_000 - lagMs), untilMs: Number.POSITIVE_INFINITY };
  oracle.forgive('lost', window);
  oracle.forgive('revived', window);
  // Dropping what is on its way would not do: the kernel delivers it after the death of whoever sent it.
  await Promise.all(replicas.map((replica) => command(replica, 'config', 'set', 'masterauth', 'none')));
  await command(primary, 'client', 'kill', 'type', 'replica');
  await delay(lagMs);
  await die();
  await Promise.all(replicas.map((replica) => command(replica, 'config', 'set', 'masterauth', password)));
  // What it has answered before it died may still be on its way through this process, which others keep busy.
  window.untilMs = performance.now() + 1_000;
  const isAtRisk = (atMs: number): boolean => window.fromMs <= atMs && atMs <= window.untilMs;
  return sessions().filter(({ writtenAtMs, end }) => isAtRisk(writtenAtMs) || isAtRisk(end?.atMs ?? 0))
    .length;
}

async function command({ url }: RedisServer, name: string, ...args: readonly string[]): Promise<void> {
  const client = new Redis(url);
  try {
    await client.call(name, [...args]);
  } finally {
    client.disconnect();
  }
}

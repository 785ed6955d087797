import { findMaster, findView, type RedisClusterNode, servesSlot } from './redis-cluster-node.js';
import { waitUntil } from './wait-until.js';
import { type RedisCommand, withRedis } from './with-redis.js';

/** A slot on its way from one master to another. */
export interface RedisSlotMove {
  readonly slot: number;
  readonly from: RedisClusterNode;
  readonly to: RedisClusterNode;
  /** Moves the keys that are left, and the slot. Resolves when every node that answers knows it. */
  finish(): Promise<void>;
}

const keysPerBatch = 100;
const migrationTimeoutMs = 5_000;

/**
 * Begins to move a slot and moves half of its keys, at least one. Until it is finished, the old master answers for those
 * that it still has, and for all others with `ASK` and the new one; a command with keys of both kinds gets `TRYAGAIN`.
 *
 * @throws `Error` when no master serves the slot, when `to` does so already, or when `to` is a replica.
 */
export async function beginSlotMove(
  nodes: readonly RedisClusterNode[],
  slot: number,
  to: RedisClusterNode,
): Promise<RedisSlotMove> {
  const from = await findMaster(nodes, slot);
  if (from === null) throw new Error(`slot ${slot}: no master serves it`);
  if (from.id === to.id) throw new Error(`slot ${slot}: is already there`);
  // In this order: clients are sent to the new master as soon as the old one knows of the move.
  await withRedis(to.url, (command) => command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id));
  await withRedis(from.url, async (command) => {
    await command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    const keys = Number(await command('CLUSTER', 'COUNTKEYSINSLOT', slot));
    await migrateKeys(command, slot, to, Math.ceil(keys / 2));
  });
  return {
    slot,
    from,
    to,
    async finish() {
      await withRedis(from.url, (command) => migrateKeys(command, slot, to, Number.POSITIVE_INFINITY));
      await assignSlot(nodes, slot, from, to);
    },
  };
}

async function migrateKeys(
  command: RedisCommand,
  slot: number,
  to: RedisClusterNode,
  limit: number,
): Promise<void> {
  const password = new URL(to.url).password;
  const target = ['127.0.0.1', to.port, '', 0, migrationTimeoutMs, 'AUTH', password, 'KEYS'];
  for (let moved = 0; moved < limit; ) {
    const count = Math.min(keysPerBatch, limit - moved);
    const keys = (await command('CLUSTER', 'GETKEYSINSLOT', slot, count)) as string[];
    if (keys.length === 0) return;
    await command('MIGRATE', ...target, ...keys);
    moved += keys.length;
  }
}

async function assignSlot(
  nodes: readonly RedisClusterNode[],
  slot: number,
  from: RedisClusterNode,
  to: RedisClusterNode,
): Promise<void> {
  // The new owner first: if the old one forgot the slot before, clients would be sent to and fro between them.
  for (const node of [to, from, ...nodes.filter((other) => other !== to && other !== from)]) {
    const self = (await findView(node))?.find(({ flags }) => flags.has('myself'));
    if (self?.flags.has('master') !== true) continue;
    await withRedis(node.url, (command) => command('CLUSTER', 'SETSLOT', slot, 'NODE', to.id));
  }
  await waitUntil(`all nodes to know where slot ${slot} is`, async () => {
    const views = await Promise.all(nodes.map(findView));
    return views.every(
      (view) => view?.some((entry) => entry.id === to.id && servesSlot(entry, slot)) ?? true,
    );
  });
}

import type { RedisServer } from './redis-process.js';
import { withRedis } from './with-redis.js';

/** One server of a Redis Cluster. */
export interface RedisClusterNode extends RedisServer {
  /** By which the nodes know each other, the same after every restart. */
  readonly id: string;
  /** When the cluster was made; a failover changes roles. */
  readonly initialRole: 'master' | 'replica';
  /** Whose data it had when the cluster was made; `null` for a master. */
  readonly initialMaster: RedisClusterNode | null;
}

/** What a node believes of one of them, itself included. */
export interface ClusterEntry {
  readonly id: string;
  /** Such as `myself`, `master`, `slave`, `handshake`, `fail`. */
  readonly flags: ReadonlySet<string>;
  readonly isLinked: boolean;
  /** The entry with the higher one is right about a slot. */
  readonly configEpoch: number;
  /** First and last slot of each range that it serves. */
  readonly slots: readonly (readonly [number, number])[];
}

/** How long a node may take to say what it believes; a dead or frozen one says nothing. */
const viewTimeoutMs = 1_000;

/** What a node believes of the cluster, or `null` when it does not answer. */
export async function findView({ url }: RedisClusterNode): Promise<ClusterEntry[] | null> {
  return withRedis(url, (command) => command('CLUSTER', 'NODES'), viewTimeoutMs).then(
    (text) => parseClusterNodes(String(text)),
    () => null,
  );
}

/** The answer of `CLUSTER NODES`. */
export function parseClusterNodes(text: string): ClusterEntry[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', , flags = '', , , , configEpoch, link, ...slots] = line.split(' ');
      return {
        id,
        flags: new Set(flags.split(',')),
        isLinked: link === 'connected',
        configEpoch: Number(configEpoch),
        // What stands in brackets is a slot on the move: it still belongs to where it comes from.
        slots: slots.filter((slot) => !slot.startsWith('[')).map(parseRange),
      };
    });
}

/** Whether the node of an entry serves a slot. */
export function servesSlot({ flags, slots }: ClusterEntry, slot: number): boolean {
  return flags.has('master') && slots.some(([first, last]) => first <= slot && slot <= last);
}

/** The master that serves a slot as its own word has it, or `null` while there is none. */
export async function findMaster(
  nodes: readonly RedisClusterNode[],
  slot: number,
): Promise<RedisClusterNode | null> {
  const claims = await Promise.all(
    nodes.map(async (node) => {
      const self = (await findView(node))?.find(({ flags }) => flags.has('myself'));
      return self !== undefined && servesSlot(self, slot) ? [{ node, configEpoch: self.configEpoch }] : [];
    }),
  );
  // One that was away during a failover claims its slots until it has heard of the new master.
  return claims.flat().sort((a, b) => b.configEpoch - a.configEpoch)[0]?.node ?? null;
}

function parseRange(range: string): [number, number] {
  const [first, last = first] = range.split('-').map(Number);
  return [first as number, last as number];
}

import { randomBytes } from 'node:crypto';
import type { RevocationPolicyOptions, SessionPolicyOptions } from '@tessera-auth/core';
import type {} from '@tessera-auth/test-services';
import { inject } from 'vitest';
import type { DefectName } from './defects.js';
import type { AppSettings, Claim, Held, NodeApp, NodeSettings, StoreKind } from './node-app.js';
import { type NodeProcess, startNodeProcess } from './node-process.js';

/** Processes that are started once, for as many deployments as a file has. */
export interface Fleet {
  /** Deploys an app of its own, with empty stores, on every process. */
  deploy(settings: DeploymentSettings): Promise<Deployment>;
  /** Ends what was deployed and deletes its data. */
  clear(): Promise<void>;
  /** Ends all processes. */
  end(): Promise<void>;
}

/** What one app is like. */
export interface DeploymentSettings {
  readonly store: StoreKind;
  /** Its clock stands until {@link Deployment.passTime}. Default `false`: it lives by the clocks of the servers. */
  readonly hasTestClock?: boolean;
  readonly sessions?: SessionPolicyOptions;
  readonly revocation?: RevocationPolicyOptions;
  /** Postgres wakes up the readers of the log. Default `false`. */
  readonly wakeUps?: boolean;
  /** What is wrong with every node. Default: nothing. */
  readonly defect?: DefectName;
}

/** An app on several processes and one set of stores. */
export interface Deployment {
  readonly store: StoreKind;
  /** The nodes; after {@link Deployment.restart} the place of the old one has the new one. */
  readonly nodes: readonly NodeApp[];
  /** The node at `turn`, with all of them taking turns. */
  nodeAt(turn: number): NodeApp;
  processAt(turn: number): NodeProcess;
  /** Registers so many users, each with a first session. Tenants: `tenantOf(index)`, by default one for all. */
  register(count: number, tenantOf?: (index: number) => string): Promise<readonly Held[]>;
  /** Who that user claims to be. */
  claimOf(index: number, tenantId?: string): Claim;
  /** Moves the clocks of all nodes and stores, while nothing is under way. */
  passTime(ms: number): Promise<void>;
  /** How often the nodes told of an event, all together. */
  countEvents(type: string): Promise<number>;
  /** Starts a process again in the place of one that was killed, and opens the app there. */
  restart(turn: number): Promise<void>;
}

/** Of every user who was registered. */
export const password = 'Lamp-Ferry-Walnut-1';

/** Starts `count` processes. */
export async function startFleet(count: number): Promise<Fleet> {
  const processes = await Promise.all(Array.from({ length: count }, startNodeProcess));
  const deployed: Deployment[] = [];
  return {
    async deploy(settings) {
      const deployment = await openDeployment(processes, settings);
      deployed.push(deployment);
      return deployment;
    },
    async clear() {
      for (const { nodes } of deployed.splice(0)) {
        await nodes[0]?.deleteEverything();
        await Promise.all(nodes.map((node) => node.close()));
      }
    },
    async end() {
      await Promise.all(processes.map((one) => one.kill()));
    },
  };
}

async function openDeployment(
  processes: NodeProcess[],
  {
    store,
    hasTestClock = false,
    sessions = {},
    revocation = {},
    wakeUps = false,
    defect,
  }: DeploymentSettings,
): Promise<Deployment> {
  const app: AppSettings = {
    name: `t_${randomBytes(8).toString('hex')}`,
    store,
    postgresUrl: inject('postgresUrl'),
    redisUrl: inject('redisUrl'),
    clockMs: hasTestClock ? Date.now() : null,
    sessions,
    revocation,
    wakeUps,
  };
  let { clockMs } = app;
  const open = (one: NodeProcess): Promise<NodeApp> => {
    const settings: NodeSettings = { ...app, clockMs, defect: defect ?? null };
    return one.open(settings);
  };
  const nodes = await Promise.all(processes.map(open));
  const nodeAt = (turn: number): NodeApp => nodes[turn % nodes.length] as NodeApp;
  const processAt = (turn: number): NodeProcess => processes[turn % processes.length] as NodeProcess;
  const claimOf = (index: number, tenantId = 'acme'): Claim => ({
    ...{ tenantId, email: `user-${index}@example.org`, password },
  });

  return {
    ...{ store, nodes, nodeAt, processAt, claimOf },
    async register(count, tenantOf) {
      const claims = Array.from({ length: count }, (_, index) => claimOf(index, tenantOf?.(index)));
      const answers = await nodeAt(0).register(claims);
      return answers.map(({ held, outcome }) => {
        if (held === null) throw new Error(`not registered: ${outcome}`);
        return held;
      });
    },
    async passTime(ms) {
      if (clockMs === null) throw new Error('this app lives by the clocks of its servers');
      clockMs += ms;
      await Promise.all(nodes.map((node) => node.moveClock(clockMs as number)));
    },
    async countEvents(type) {
      const counts = await Promise.all(nodes.map((node) => node.countEvents()));
      return counts.reduce((sum, count) => sum + (count[type] ?? 0), 0);
    },
    async restart(turn) {
      const at = turn % processes.length;
      const started = await startNodeProcess();
      processes[at] = started;
      nodes[at] = await open(started);
    },
  };
}

import { randomInt } from 'node:crypto';
import {
  accessTokenMs,
  createId,
  createRefresh,
  createSecret,
  type HeldSession,
} from '../stores/commands.js';
import type { Operation } from '../stores/in-parallel.js';
import type { Side } from './contestant.js';
import { sessionAt, sessionsPerUser, userAt } from './population.js';

/** The operations under measurement. */
export type OperationName = 'rotate' | 'list' | 'endAll' | 'isRevoked';

const pageSize = 20;

/** What is asked of a population, of users by chance: one half of them stays, the other is signed out. */
export function createOperations(side: Side): Readonly<Record<OperationName, Operation>> {
  return {
    rotate: createRotation(side),
    list: createListing(side),
    endAll: createEnding(side),
    isRevoked: createCheck(side),
  };
}

/** Rotates sessions by chance, each at most once at a time. Whoever makes two of it has to keep their sessions apart. */
export function createRotation({ sessions, population }: Side): Operation {
  const half = population.users / 2;
  const takeOut = pickApart(half * sessionsPerUser);
  const rotated = new Map<number, HeldSession>();
  return {
    async call() {
      const picked = takeOut();
      const number = (picked.value % half) + Math.floor(picked.value / half) * population.users;
      const held = rotated.get(number) ?? sessionAt(population, number);
      const outcome = await sessions.rotate({ ...createRefresh(held), next: createSecret() });
      if (outcome.kind !== 'rotated') throw new Error(`rotate: ${outcome.kind}`);
      const { generation, secretHash } = outcome.session;
      if (generation !== held.generation + 1) throw new Error(`rotate: generation ${generation}`);
      rotated.set(number, Object.assign(held, { generation, secretHash }));
      picked.putBack();
    },
  };
}

function createListing({ sessions, population }: Side): Operation {
  return {
    async call() {
      const user = userAt(randomInt(population.users / 2));
      const page = await sessions.list(user, { limit: pageSize, after: null });
      if (page.sessions.length !== sessionsPerUser) throw new Error(`list: ${page.sessions.length}`);
    },
  };
}

function createEnding({ sessions, population }: Side): Operation {
  const half = population.users / 2;
  const takeOut = pickApart(half);
  const epochs = new Map<number, number>();
  return {
    async call() {
      const picked = takeOut();
      const number = half + picked.value;
      const epoch = await sessions.endAll({ ...userAt(number), commandId: createId(), accessTokenMs });
      if (epoch !== (epochs.get(number) ?? 0) + 1) throw new Error(`endAll: epoch ${epoch}`);
      epochs.set(number, epoch);
      picked.putBack();
    },
  };
}

function createCheck({ revocations, population }: Side): Operation {
  return {
    async call() {
      const { id, ...user } = sessionAt(population, randomInt(population.users / 2));
      const facts = { jti: createId(), sessionId: id, userEpoch: 0, tenantEpoch: 0, rolesVersion: 0 };
      if (await revocations.isRevoked({ ...facts, ...user })) throw new Error('isRevoked: true');
    },
  };
}

/** Numbers below `count` by chance; one that is taken out is not given again until it is put back. */
function pickApart(count: number): () => { readonly value: number; putBack(): void } {
  const free = Array.from({ length: count }, (_, number) => number);
  return () => {
    const at = randomInt(free.length);
    const value = free[at] as number;
    free[at] = free.at(-1) as number;
    free.pop();
    return { value, putBack: () => free.push(value) };
  };
}

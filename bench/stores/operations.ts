import type { UserRef } from '@tessera-auth/core/stores';
import {
  accessTokenMs,
  createId,
  createRefresh,
  createSignIn,
  createUser,
  type HeldSession,
} from './commands.js';
import type { Contestant } from './contestants.js';
import type { Operation } from './in-parallel.js';

/** The operations under measurement; `floor` is what `rotate` is compared with. */
export type OperationName = 'create' | 'rotate' | 'floor' | 'list' | 'end' | 'endAll' | 'isRevoked';

/** Far more than callers, so that never two calls are under way for one session or user. */
const manyUsers = 1024;
const listedUsers = 64;
const sessionsPerUser = 10;
const storedRevocations = 10_000;
/** So that setting up does not flood the connections. */
const callersOfSetup = 16;

/** Fills the store and gives what is asked of it. */
export async function createOperations(contestant: Contestant): Promise<Record<OperationName, Operation>> {
  return {
    create: {
      call: async () => void (await startSession(contestant, createUser())),
    },
    rotate: rotating(contestant, await startSessions(contestant, createUsers(manyUsers))),
    floor: rotatingAtTheFloor(contestant, await startSessions(contestant, createUsers(manyUsers))),
    list: await listing(contestant),
    end: ending(contestant),
    endAll: await endingAll(contestant),
    isRevoked: await checking(contestant),
  };
}

function rotating({ sessions }: Contestant, held: readonly HeldSession[]): Operation {
  const next = inTurn(held);
  return {
    async call() {
      const session = next();
      const outcome = await sessions.rotate(createRefresh(session));
      const rotated = outcome.kind === 'rotated' ? outcome.session : null;
      insist('rotate', rotated?.generation === session.generation + 1);
      Object.assign(session, { generation: rotated.generation, secretHash: rotated.secretHash });
    },
  };
}

function rotatingAtTheFloor({ rotateFloor }: Contestant, held: readonly HeldSession[]): Operation {
  const next = inTurn(held);
  return {
    async call() {
      const session = next();
      insist('floor', (await rotateFloor(session)) === session.generation + 1);
      session.generation++;
    },
  };
}

async function listing(contestant: Contestant): Promise<Operation> {
  const next = inTurn(await createUsersWithSessions(contestant));
  return {
    async call() {
      const { sessions } = await contestant.sessions.list(next(), { limit: 50, after: null });
      insist('list', sessions.length === sessionsPerUser);
    },
  };
}

function ending(contestant: Contestant): Operation {
  let held: HeldSession[] = [];
  return {
    async prepare(count) {
      held = await startSessions(contestant, createUsers(count));
    },
    async call() {
      const { tenantId, userId, id } = held.pop() as HeldSession;
      const command = { tenantId, userId, sessionId: id, reason: 'signed_out', accessTokenMs } as const;
      const ended = await contestant.sessions.end(command);
      insist('end', ended?.wasLive === true && ended.session.endReason === 'signed_out');
    },
  };
}

async function endingAll(contestant: Contestant): Promise<Operation> {
  const held = await startSessions(contestant, createUsers(manyUsers));
  const owners = held.map(({ tenantId, userId }) => ({ tenantId, userId, epoch: 0 }));
  const next = inTurn(owners);
  return {
    async call() {
      const owner = next();
      const { tenantId, userId } = owner;
      owner.epoch++;
      const command = { tenantId, userId, commandId: createId(), accessTokenMs };
      insist('endAll', (await contestant.sessions.endAll(command)) === owner.epoch);
    },
  };
}

async function checking({ revocations }: Contestant): Promise<Operation> {
  const until = new Date(Date.now() + accessTokenMs);
  const revoked = Array.from({ length: storedRevocations }, createId);
  for (let at = 0; at < revoked.length; at += 1000) {
    const added = revoked.slice(at, at + 1000).map((jti) => ({ kind: 'token', jti, until }) as const);
    await revocations.add(added);
  }
  const subject = {
    sessionId: createId(),
    tenantId: '',
    userId: createId(),
    userEpoch: 0,
    tenantEpoch: 0,
    rolesVersion: 0,
  };
  insist('isRevoked', await revocations.isRevoked({ ...subject, jti: revoked[0] as string }));
  return {
    call: async () => insist('isRevoked', !(await revocations.isRevoked({ ...subject, jti: createId() }))),
  };
}

async function createUsersWithSessions(contestant: Contestant): Promise<readonly UserRef[]> {
  const owners = createUsers(listedUsers);
  for (let turn = 0; turn < sessionsPerUser; turn++) await startSessions(contestant, owners);
  return owners;
}

async function startSessions(contestant: Contestant, owners: readonly UserRef[]): Promise<HeldSession[]> {
  const held: HeldSession[] = [];
  let at = 0;
  const startInTurn = async (): Promise<void> => {
    for (let user = owners[at++]; user !== undefined; user = owners[at++]) {
      held.push(await startSession(contestant, user));
    }
  };
  await Promise.all(Array.from({ length: callersOfSetup }, startInTurn));
  return held;
}

async function startSession({ sessions }: Contestant, user: UserRef): Promise<HeldSession> {
  const command = createSignIn(user);
  const outcome = await sessions.create(command);
  insist('create', outcome.kind === 'created' && outcome.session.id === command.id);
  return { ...user, id: command.id, generation: 0, secretHash: command.secretHash };
}

function createUsers(count: number): UserRef[] {
  return Array.from({ length: count }, createUser);
}

function inTurn<Value>(values: readonly Value[]): () => Value {
  let at = 0;
  return () => values[at++ % values.length] as Value;
}

function insist(operation: OperationName, isRight: boolean): asserts isRight {
  if (!isRight) throw new Error(`${operation}: not the answer that was measured for`);
}

import type { Stores } from '@tessera-auth/core/stores';
import { createTestClock, type TestClock } from '@tessera-auth/core/testing';
import { createSubjects, type OpenStores, type Subject } from '../support/subjects.js';
import type { Stage } from './play-trace.js';

/** Memory, Postgres and Redis, which all live by one clock. */
export interface Stages {
  readonly clock: TestClock;
  /** Runs `work` on empty stores. @param name of a tenant that nobody has had before. */
  on(
    names: readonly Subject['name'][],
    work: (stages: readonly Stage[], name: string) => Promise<unknown>,
  ): Promise<void>;
  end(): Promise<void>;
}

const endOfTime = new Date('2200-01-01T00:00:00Z');
let traces = 0;

export function createStages(): Stages {
  const clock = createTestClock();
  const subjects = createSubjects();
  let database: Promise<OpenStores> | null = null;

  /** Making a schema takes longer than a trace, so all traces share one and leave it as they found it. */
  const openPostgres = async (subject: Subject): Promise<OpenStores> => {
    database ??= subject.open(clock);
    const { stores } = await database;
    return { stores, close: () => empty(stores) };
  };
  const open = (subject: Subject): Promise<OpenStores> =>
    subject.name === 'postgres' ? openPostgres(subject) : subject.open(clock);

  return {
    clock,

    async on(names, work) {
      const chosen = names.flatMap((name) => subjects.filter((subject) => subject.name === name));
      const opened = await Promise.all(chosen.map(open));
      const stages = chosen.map(({ name }, index) => ({
        name,
        stores: (opened[index] as OpenStores).stores,
      }));
      traces += 1;
      try {
        await work(stages, `trace-${traces}`);
      } finally {
        clock.moveTo(endOfTime);
        for (const { close } of opened) await close();
      }
    },

    async end() {
      await (await database)?.close();
      for (const subject of subjects) await subject.end();
    },
  };
}

async function empty({ sessions, revocations }: Stores): Promise<void> {
  await sessions.deleteExpired(10_000);
  await revocations.deleteExpired(10_000);
}

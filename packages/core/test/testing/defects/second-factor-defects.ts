import { brokenFactors, type Defect, letOthersGoFirst } from './defect.js';

/** Mistakes with second factors. */
export const secondFactorDefects: readonly Defect[] = [
  {
    name: 'takes a step twice',
    noticedBy: 'second factor use > a step is used once, and none before it afterwards',
    open: brokenFactors((factors) => ({
      useStep: async ({ step, ...command }) => factors.useStep({ ...command, step: step + 1 }),
    })),
  },
  {
    name: 'looks at the last step first and moves it later',
    noticedBy: 'second factor races > of parallel uses of one step one succeeds',
    open: brokenFactors((factors) => ({
      async useStep(command) {
        const isLater = ((await factors.find(command))?.lastStep ?? 0) < command.step;
        await letOthersGoFirst();
        await factors.useStep(command);
        return isLater;
      },
    })),
  },
  {
    name: 'looks at a backup code first and removes it later',
    noticedBy: 'second factor races > of parallel uses of one backup code one succeeds',
    open: brokenFactors((factors) => {
      const used = new Set<string>();
      return {
        async useBackupCode(command) {
          if (used.has(command.hash)) return factors.useBackupCode(command);
          await letOthersGoFirst();
          used.add(command.hash);
          return (await factors.useBackupCode(command)) ?? 0;
        },
      };
    }),
  },
  {
    name: 'forgets the step that confirmed the factor',
    noticedBy: 'second factor use > a step is used once, and none before it afterwards',
    open: brokenFactors((factors) => ({ confirm: (command) => factors.confirm({ ...command, step: 0 }) })),
  },
  {
    name: 'enrols over a confirmed factor',
    noticedBy: 'second factor enrolment > enrolling changes nothing about a confirmed factor',
    open: brokenFactors((factors) => ({
      async enroll(command) {
        const known = await factors.find(command);
        if (known !== null) await factors.remove(known);
        return factors.enroll(command);
      },
    })),
  },
  {
    name: 'keeps an enrolment that was begun anew',
    noticedBy: 'second factor enrolment > enrolling again replaces a factor that was not confirmed',
    open: brokenFactors((factors) => ({
      enroll: async (command) => (await factors.find(command)) !== null || factors.enroll(command),
    })),
  },
  {
    name: 'confirms a factor again',
    noticedBy: 'second factor enrolment > a confirmed factor is not confirmed a second time',
    open: brokenFactors((factors) => ({
      async confirm(command) {
        const { commandId, backupCodeHashes: hashes } = command;
        return (
          (await factors.confirm(command)) ||
          ((await factors.useStep({ ...command, commandId })) &&
            (await factors.replaceBackupCodes({ ...command, hashes })))
        );
      },
    })),
  },
  {
    name: 'adds backup codes to the old ones',
    noticedBy: 'second factor use > other backup codes take the place of all',
    open: brokenFactors((factors) => {
      let known: readonly string[] = [];
      return {
        confirm(command) {
          known = command.backupCodeHashes;
          return factors.confirm(command);
        },
        replaceBackupCodes: (command) =>
          factors.replaceBackupCodes({ ...command, hashes: [...known, ...command.hashes] }),
      };
    }),
  },
  {
    name: 'answers a command that is sent again like another one',
    noticedBy: 'second factor use > the same command twice equals once',
    open: brokenFactors((factors) => {
      let calls = 0;
      return {
        useStep: (command) => factors.useStep({ ...command, commandId: `${command.commandId} ${++calls}` }),
      };
    }),
  },
  {
    name: 'does not look whose factor it is',
    noticedBy:
      'second factor records > the factor of another user, and another one of the same user, is out of reach',
    open: brokenFactors((factors) => ({
      remove: async (factor) => {
        const known = await factors.find(factor);
        if (known !== null) await factors.remove(known);
      },
    })),
  },
  {
    name: 'brings a removed factor back by using it',
    noticedBy:
      'second factor races > whatever is in parallel with a removal, no factor is left that nobody enrolled',
    open: brokenFactors((factors) => ({
      async useStep(command) {
        const known = await factors.find(command);
        await letOthersGoFirst();
        const isUsed = await factors.useStep(command);
        if (known !== null && (await factors.find(command)) === null) await factors.enroll(known);
        return isUsed;
      },
    })),
  },
];

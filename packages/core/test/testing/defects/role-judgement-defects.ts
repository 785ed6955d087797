import type { RoleJudge, RoleStore } from '@tessera-auth/core/stores';
import { brokenRoles, type Defect, letOthersGoFirst } from './defect.js';

/** Whether a judgement holds, looked up in a step of its own. */
async function holdsFirst(
  roles: RoleStore,
  tenantId: string,
  { judgedBy }: { readonly judgedBy: RoleJudge | null },
): Promise<boolean> {
  if (judgedBy === null) return true;
  const { version } = await roles.findHeld({ tenantId, userId: judgedBy.userId });
  return version === judgedBy.version;
}

/** Mistakes of stores of roles about what a step was judged by, and which role it is about. */
export const roleJudgementDefects: readonly Defect[] = [
  ...(['grant', 'revoke', 'createRole', 'replaceRole'] as const).map(
    (act): Defect => ({
      name: `does not look by whom it was judged: ${act}`,
      noticedBy:
        'roles by which somebody was judged > a step is outdated once the rights by which it was judged are others, and changes nothing',
      open: brokenRoles((roles) => ({
        [act]: (command: never) => roles[act](Object.assign({}, command, { judgedBy: null })),
      })),
    }),
  ),
  {
    name: 'looks by whom it was judged before it locks',
    noticedBy:
      'role races > of many who take the role by which the next one was judged, nobody acts who has lost it',
    open: brokenRoles((roles) => ({
      async revoke(command) {
        if (!(await holdsFirst(roles, command.tenantId, command))) return { kind: 'outdated' };
        await letOthersGoFirst();
        return roles.revoke({ ...command, judgedBy: null });
      },
    })),
  },
  {
    name: 'takes what was judged before for what is judged now',
    noticedBy:
      'roles by which somebody was judged > the same command twice equals once, also where what it was judged by has changed since',
    open: brokenRoles((roles) => ({
      async replaceRole(command) {
        if (!(await holdsFirst(roles, command.tenantId, command))) return { kind: 'outdated' };
        return roles.replaceRole(command);
      },
    })),
  },
  {
    name: 'forgets that who is suspended may do nothing',
    noticedBy:
      'roles by which somebody was judged > a step is outdated once the rights by which it was judged are others, and changes nothing',
    open: brokenRoles(() => ({
      async suspend() {
        return true;
      },
    })),
  },
  {
    name: 'goes by the name of a role, not by what it was',
    noticedBy:
      'roles by which somebody was judged > a definition that is another one by now is neither granted, revoked, replaced nor deleted',
    open: brokenRoles((roles) => ({
      async deleteRole(command) {
        const known = await roles.findRole(command);
        return roles.deleteRole({ ...command, revision: known?.revision ?? '' });
      },
    })),
  },
  {
    name: 'looks which definition there is before it locks',
    noticedBy: 'role races > everybody who got a role got the definition that was judged',
    open: brokenRoles((roles) => ({
      async grant(command) {
        const known = await roles.findRole({ ...command, name: command.role });
        if (known?.revision !== command.definition) return { kind: 'outdated' };
        await letOthersGoFirst();
        return roles.grant({ ...command, definition: null });
      },
    })),
  },
  {
    name: 'deletes whatever there is of the name once it has looked',
    noticedBy: 'role races > nobody gets, and nobody deletes, a role that was made again in the meantime',
    open: brokenRoles((roles) => ({
      async deleteRole(command) {
        const known = await roles.findRole(command);
        if (known === null) return { kind: 'missing' };
        if (known.revision !== command.revision) return { kind: 'outdated' };
        await letOthersGoFirst();
        const now = await roles.findRole(command);
        return roles.deleteRole({ ...command, revision: now?.revision ?? '' });
      },
    })),
  },
  {
    name: 'gives a definition to whoever holds a role of its name',
    noticedBy:
      'roles of the code and others of their name > who has the role of the code has nothing of a role of its name that is made, changed and deleted',
    open: brokenRoles((roles) => ({
      async findHeld(user) {
        const held = await roles.findHeld(user);
        const custom = await roles.listRoles(user.tenantId);
        const names = held.assignments.map(({ role }) => role);
        return { ...held, customRoles: custom.filter(({ name }) => names.includes(name)) };
      },
    })),
  },
  {
    name: 'takes a role of the code away with the custom one of its name',
    noticedBy:
      'roles of the code and others of their name > who has the role of the code has nothing of a role of its name that is made, changed and deleted',
    open: brokenRoles((roles) => ({
      async deleteRole(command) {
        const { tenantId, name: role } = command;
        const page = { limit: 100, after: null };
        const { assignments } = await roles.listAssignments(tenantId, { role }, page);
        const outcome = await roles.deleteRole(command);
        for (const { userId } of outcome.kind === 'deleted' ? assignments : []) {
          const how = { keepsOneOf: [], commandId: `with it ${userId}`, judgedBy: null };
          await roles.revoke({ tenantId, userId, role, ...how });
        }
        return outcome;
      },
    })),
  },
  {
    name: 'keeps what the role was when it is granted as the other one',
    noticedBy:
      'roles of the code and others of their name > an assignment says which of the two it is; there is one per name, and granting the other one replaces it',
    open: brokenRoles((roles) => {
      const first = new Map<string, boolean>();
      return {
        async findHeld(user) {
          const held = await roles.findHeld(user);
          return {
            ...held,
            assignments: held.assignments.map((assignment) => {
              const key = JSON.stringify([user.tenantId, user.userId, assignment.role]);
              if (!first.has(key)) first.set(key, assignment.isCustom);
              return { ...assignment, isCustom: first.get(key) === true };
            }),
          };
        },
      };
    }),
  },
  {
    name: 'counts who holds a custom role by the name of one that must stay',
    noticedBy:
      'roles of the code and others of their name > only roles of the code must stay, and only they count',
    open: brokenRoles((roles) => ({
      async revoke(command) {
        const { tenantId, role, keepsOneOf } = command;
        const page = { limit: 100, after: null };
        const { assignments } = await roles.listAssignments(tenantId, { role }, page);
        const isHeldByOthers = assignments.some(({ userId }) => userId !== command.userId);
        return roles.revoke({ ...command, keepsOneOf: isHeldByOthers ? [] : keepsOneOf });
      },
    })),
  },
  {
    name: 'gives one role in the place of the other, whoever was judged',
    noticedBy:
      'roles of the code and others of their name > whoever was judged takes away only the one that was judged, be it by granting the other',
    open: brokenRoles((roles) => ({ grant: (command) => roles.grant({ ...command, judgedBy: null }) })),
  },
];

import type { RoleStore, UserRef } from '@tessera-auth/core/stores';
import { brokenRoles, type Defect, letOthersGoFirst } from './defect.js';

/** Looks first and acts later, as with two statements and no lock. */
function judgingFirst(
  roles: RoleStore,
  { tenantId, userId }: UserRef,
  keepsOneOf: readonly string[],
): Promise<boolean> {
  return roles
    .listAssignments(tenantId, {}, { limit: 100, after: null })
    .then(({ assignments }) =>
      assignments.some((held) => held.userId !== userId && keepsOneOf.includes(held.role)),
    );
}

/** Mistakes of stores of roles. */
export const roleDefects: readonly Defect[] = [
  {
    name: 'judges who is left before it locks',
    noticedBy: 'role races > of all bosses who take the role from each other at once, one keeps it',
    open: brokenRoles((roles) => ({
      async revoke(command) {
        if (!(await judgingFirst(roles, command, command.keepsOneOf))) return { kind: 'last_holder' };
        await letOthersGoFirst();
        return roles.revoke({ ...command, keepsOneOf: [] });
      },
      async removeAll(command) {
        if (!(await judgingFirst(roles, command, command.keepsOneOf))) return false;
        await letOthersGoFirst();
        return roles.removeAll({ ...command, keepsOneOf: [] });
      },
      async suspend(command) {
        if (!(await judgingFirst(roles, command, command.keepsOneOf))) return false;
        await letOthersGoFirst();
        return roles.suspend({ ...command, keepsOneOf: [] });
      },
    })),
  },
  {
    name: 'lets the last holder go',
    noticedBy: 'roles that must stay > the last holder of a role that must stay keeps it',
    open: brokenRoles((roles) => ({ revoke: (command) => roles.revoke({ ...command, keepsOneOf: [] }) })),
  },
  {
    name: 'keeps the name of who was erased',
    noticedBy: 'roles that must stay > who is erased is named nowhere: what they granted and made stays',
    open: brokenRoles((roles) => ({
      async removeAll(command) {
        const { assignments } = await roles.findHeld(command);
        for (const { role } of assignments) {
          const outcome = await roles.revoke({
            ...command,
            role,
            commandId: `erase ${role}`,
            judgedBy: null,
          });
          if (outcome.kind === 'last_holder') return false;
        }
        return true;
      },
    })),
  },
  {
    name: 'forgets only those who hold a role',
    noticedBy: 'roles that must stay > who holds nothing is forgotten as well, and nobody who must stay',
    open: brokenRoles((roles) => ({
      async removeAll(command) {
        const { assignments } = await roles.findHeld(command);
        return assignments.length === 0 || roles.removeAll(command);
      },
    })),
  },
  {
    name: 'lets the last assignment that must stay expire',
    noticedBy: 'roles that must stay > the last assignment that must stay gets no expiry',
    open: brokenRoles((roles) => ({ grant: (command) => roles.grant({ ...command, keepsOneOf: [] }) })),
  },
  {
    name: 'counts who is suspended',
    noticedBy:
      'roles that must stay > nobody counts who holds it with an expiry, in another tenant, or is suspended',
    open: brokenRoles(() => ({ suspend: async () => true })),
  },
  {
    name: 'keeps the version when a role is revoked',
    noticedBy:
      'role assignments > an assignment comes back with every field, and each change raises the version',
    open: brokenRoles((roles) => {
      let lag = 0;
      return {
        async revoke(command) {
          const outcome = await roles.revoke(command);
          if (outcome.kind !== 'revoked') return outcome;
          lag++;
          return { ...outcome, version: outcome.version - lag };
        },
        async findHeld(user) {
          const held = await roles.findHeld(user);
          return { ...held, version: held.version - lag };
        },
      };
    }),
  },
  {
    name: 'raises the version again for a command that was resent',
    noticedBy: 'role assignments > the same command twice equals once',
    open: brokenRoles((roles) => {
      let sent = 0;
      return { grant: (command) => roles.grant({ ...command, commandId: `${command.commandId} ${sent++}` }) };
    }),
  },
  {
    name: 'shows roles in every tenant',
    noticedBy: 'role assignments > other users, and the same id in another tenant, have nothing of it',
    open: brokenRoles((roles) => ({
      grant: (command) => roles.grant({ ...command, tenantId: '' }),
      findHeld: (user) => roles.findHeld({ ...user, tenantId: '' }),
    })),
  },
  {
    name: 'keeps the expiry of the first grant',
    noticedBy: 'role assignments > granting a role again replaces its expiry and who granted it',
    open: brokenRoles((roles) => ({
      async grant(command) {
        const { assignments } = await roles.findHeld(command);
        const known = assignments.find(({ role }) => role === command.role);
        return roles.grant(known === undefined ? command : { ...command, expiresAt: known.expiresAt });
      },
    })),
  },
  {
    name: 'hides what has expired before anybody may judge it',
    noticedBy:
      'role assignments > an assignment is there until its expiry, for whoever reads it to judge, and then cleaned up',
    open: brokenRoles((roles) => ({
      async listAssignments(...query) {
        await roles.deleteExpired(100);
        return roles.listAssignments(...query);
      },
    })),
  },
  {
    name: 'lists the first hundred holders of a role',
    noticedBy: 'role definitions > a definition with very many holders changes for all of them in one step',
    open: brokenRoles((roles) => ({
      async replaceRole(command) {
        const replaced = await roles.replaceRole(command);
        return replaced.kind === 'replaced'
          ? { ...replaced, holders: replaced.holders.slice(0, 100) }
          : replaced;
      },
    })),
  },
  {
    name: 'grants custom roles that there are not',
    noticedBy:
      'role definitions > a custom role can be granted only while there is one, and is read with the assignment',
    open: brokenRoles((roles) => ({ grant: (command) => roles.grant({ ...command, definition: null }) })),
  },
  {
    name: 'looks for the custom role before it locks',
    noticedBy: 'role races > nobody holds a role that was deleted while it was granted',
    open: brokenRoles((roles) => ({
      async grant(command) {
        if (
          command.definition !== null &&
          (await roles.findRole({ ...command, name: command.role })) === null
        )
          return { kind: 'role_missing' };
        await letOthersGoFirst();
        return roles.grant({ ...command, definition: null });
      },
    })),
  },
  {
    name: 'leaves a deleted role with its holders',
    noticedBy: 'role definitions > a role that is deleted is taken from everybody, in one step',
    open: brokenRoles((roles) => ({
      async deleteRole(role) {
        const { assignments } = await roles.listAssignments(
          role.tenantId,
          { role: role.name },
          { limit: 100, after: null },
        );
        const outcome = await roles.deleteRole(role);
        for (const held of assignments) {
          const again = { definition: null, keepsOneOf: [], commandId: `again ${held.userId}` };
          await roles.grant({ ...held, ...again, judgedBy: null });
        }
        return outcome;
      },
    })),
  },
  {
    name: 'changes a definition for nobody',
    noticedBy:
      'role definitions > another definition acts on everybody who holds the role, and on nobody else',
    open: brokenRoles((roles) => ({
      async replaceRole(command) {
        const replaced = await roles.replaceRole(command);
        return replaced.kind === 'replaced' ? { ...replaced, holders: [] } : replaced;
      },
    })),
  },
  {
    name: 'makes a role over one of the same name',
    noticedBy: 'role definitions > a second role of one name is refused, but for the same command',
    open: brokenRoles((roles) => ({
      async createRole(command) {
        const known = await roles.findRole(command);
        if (known === null) return roles.createRole(command);
        const replaced = await roles.replaceRole({ ...command, replaces: known.revision });
        return replaced.kind === 'replaced' ? { ...replaced, kind: 'created' } : { kind: 'exists' };
      },
    })),
  },
  {
    name: 'reads the version and the roles one after the other',
    noticedBy:
      'role races > what is read beside changes is of one instant: roles, definitions and version belong together',
    open: brokenRoles((roles) => ({
      async findHeld(user) {
        const { version } = await roles.findHeld(user);
        await letOthersGoFirst();
        await letOthersGoFirst();
        return { ...(await roles.findHeld(user)), version };
      },
      async replaceRole(command) {
        await letOthersGoFirst();
        return roles.replaceRole(command);
      },
    })),
  },
  {
    name: 'sorts as people do',
    noticedBy:
      'role assignments > the list gives every assignment of the tenant once, in pages, and by user and role',
    open: brokenRoles((roles) => ({
      async listAssignments(...query) {
        const page = await roles.listAssignments(...query);
        const sorted = [...page.assignments].sort((a, b) => a.userId.localeCompare(b.userId));
        return { ...page, assignments: sorted };
      },
    })),
  },
];

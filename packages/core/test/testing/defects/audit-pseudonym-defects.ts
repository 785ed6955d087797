import type { AuditPseudonym, AuditStore } from '@tessera-auth/core/stores';
import { brokenAudit, type Defect, letOthersGoFirst } from './defect.js';

const keepsIt = 'audit pseudonyms > who has a pseudonym keeps it, whatever is proposed';
const foreign = 'audit pseudonyms > the pseudonym of another user or tenant is out of reach';

async function replace(audit: AuditStore, proposal: AuditPseudonym): Promise<readonly AuditPseudonym[]> {
  await audit.forgetPseudonym(proposal);
  return audit.assignPseudonyms([proposal]);
}

/** Mistakes with pseudonyms of the audit log. */
export const auditPseudonymDefects: readonly Defect[] = [
  {
    name: 'looks for a pseudonym first and gives one later',
    noticedBy:
      'audit pseudonym races > of parallel proposals for one user one is given, and all are told the same',
    open: brokenAudit((audit) => ({
      async assignPseudonyms(proposals) {
        const answers: AuditPseudonym[] = [];
        for (const proposal of proposals) {
          const known = await audit.findPseudonym(proposal);
          await letOthersGoFirst();
          answers.push(...(known === null ? await replace(audit, proposal) : [known]));
        }
        return answers;
      },
    })),
  },
  {
    name: 'answers with what was proposed',
    noticedBy: keepsIt,
    open: brokenAudit((audit) => ({
      async assignPseudonyms(proposals) {
        await audit.assignPseudonyms(proposals);
        return proposals;
      },
    })),
  },
  {
    name: 'gives a user another pseudonym',
    noticedBy: keepsIt,
    open: brokenAudit((audit) => ({
      assignPseudonyms: async (proposals) =>
        (await Promise.all(proposals.map((proposal) => replace(audit, proposal)))).flat(),
    })),
  },
  {
    name: 'answers only for whom it gave one',
    noticedBy: keepsIt,
    open: brokenAudit((audit) => ({
      async assignPseudonyms(proposals) {
        const assigned = await audit.assignPseudonyms(proposals);
        return assigned.filter(({ salt }) => proposals.some((proposal) => proposal.salt === salt));
      },
    })),
  },
  {
    name: 'forgets the salt',
    noticedBy: 'audit pseudonyms > a pseudonym comes back by its user and by itself, with every field',
    open: brokenAudit((audit) => ({
      async findPseudonym(user) {
        const known = await audit.findPseudonym(user);
        return known === null ? null : { ...known, salt: '' };
      },
    })),
  },
  {
    name: 'has one name for a user in all tenants',
    noticedBy: foreign,
    open: brokenAudit((audit) => ({
      findPseudonym: (user) => audit.findPseudonym({ ...user, tenantId: 'acme' }),
    })),
  },
  {
    name: 'looks pseudonyms up in all tenants',
    noticedBy: foreign,
    open: brokenAudit((audit) => ({
      listPseudonyms: (_tenantId, pseudonyms) => audit.listPseudonyms('acme', pseudonyms),
    })),
  },
  {
    name: 'looks up 1000 at most',
    noticedBy: 'audit pseudonyms > lists as many as are asked for',
    open: brokenAudit((audit) => ({
      listPseudonyms: (tenantId, pseudonyms) => audit.listPseudonyms(tenantId, pseudonyms.slice(0, 1000)),
    })),
  },
  {
    name: 'gives the first users a pseudonym before it refuses the last',
    noticedBy: 'audit pseudonyms > text that no database holds is nobody',
    open: brokenAudit((audit) => ({
      async assignPseudonyms(proposals) {
        const answers: AuditPseudonym[] = [];
        for (const proposal of proposals) answers.push(...(await audit.assignPseudonyms([proposal])));
        return answers;
      },
    })),
  },
  {
    name: 'hides who is forgotten and still knows',
    noticedBy: 'forgetting of audit pseudonyms > who is forgotten has none, and others keep theirs',
    open: brokenAudit((audit) => {
      const hidden = new Set<string>();
      return {
        forgetPseudonym: async ({ userId }) => !hidden.has(userId) && Boolean(hidden.add(userId)),
        findPseudonym: async (user) => (hidden.has(user.userId) ? null : audit.findPseudonym(user)),
      };
    }),
  },
  {
    name: 'gives whoever was forgotten the old pseudonym',
    noticedBy:
      'forgetting of audit pseudonyms > whoever was forgotten gets another one, and the old one stays without a user',
    open: brokenAudit((audit) => {
      const forgotten = new Map<string, AuditPseudonym>();
      return {
        async forgetPseudonym(user) {
          const known = await audit.findPseudonym(user);
          if (known !== null) forgotten.set(user.userId, known);
          return audit.forgetPseudonym(user);
        },
        assignPseudonyms: (proposals) =>
          audit.assignPseudonyms(proposals.map((proposal) => forgotten.get(proposal.userId) ?? proposal)),
      };
    }),
  },
  {
    name: 'takes the name out of the entries of whoever is forgotten',
    noticedBy: 'forgetting of audit pseudonyms > forgetting changes nothing about entries',
    open: brokenAudit((audit) => ({
      async list(query) {
        const entries = await audit.list(query);
        return Promise.all(
          entries.map(async (entry) => {
            const names = entry.userPseudonym === null ? [] : [entry.userPseudonym];
            const [known] = await audit.listPseudonyms(entry.tenantId, names);
            return { ...entry, userPseudonym: known?.pseudonym ?? null };
          }),
        );
      },
    })),
  },
];

import type { AuditEntry, AuditSeal, AuditStore, PruneAuditCommand } from '@tessera-auth/core/stores';
import { brokenAudit, type Defect, letOthersGoFirst } from './defect.js';

/** Shows the entries changed by `change`. */
function showing(change: (entries: readonly AuditEntry[]) => readonly AuditEntry[]): Defect['open'] {
  return brokenAudit((audit) => ({ list: async (query) => change(await audit.list(query)) }));
}

/** Finds every query answered without this part of it. */
function overlooking(part: 'userPseudonym' | 'type' | 'from' | 'to' | 'afterSeq'): Defect['open'] {
  return brokenAudit((audit) => ({
    list: ({ [part]: _overlooked, ...query }) => audit.list(query),
  }));
}

/** Appends draft by draft. */
async function appendOneByOne(
  audit: AuditStore,
  command: Parameters<AuditStore['append']>[0],
): Promise<void> {
  for (const draft of command.drafts) {
    await audit.append({ ...command, drafts: [draft] });
    await letOthersGoFirst();
  }
}

const unbroken = 'audit log races > parallel appends are all kept, in one unbroken chain';

const pruned =
  'prune of the audit log > removes the entries up to the sealed one, and keeps the others, the seal and the end';

/** Prunes as `prune` does, which keeps the seals of the tenant `acme` elsewhere; the last of them counts. */
function sealingOnly(
  prune: (audit: AuditStore, command: PruneAuditCommand, seals: AuditSeal[]) => Promise<number>,
): Defect['open'] {
  return brokenAudit((audit) => {
    const seals: AuditSeal[] = [];
    return {
      prune: (command) => prune(audit, command, seals),
      findSeal: async (tenantId) => (tenantId === 'acme' ? (seals.at(-1) ?? null) : audit.findSeal(tenantId)),
    };
  });
}

/** Mistakes with the audit log. */
export const auditDefects: readonly Defect[] = [
  {
    name: 'reads the end of the chain first and links to it later',
    noticedBy: unbroken,
    open: brokenAudit((audit) => ({
      async append({ link, ...command }) {
        const end = await audit.findHead(command.tenantId);
        await letOthersGoFirst();
        let previous = end;
        await audit.append({
          ...command,
          link(_previous, draft) {
            const made = link(previous, draft);
            previous = { seq: previous.seq + 1, hash: made.hash };
            return made;
          },
        });
      },
    })),
  },
  {
    name: 'drops who finds the chain busy',
    noticedBy: unbroken,
    open: brokenAudit((audit) => {
      let isBusy = false;
      return {
        async append(command) {
          if (isBusy) return;
          isBusy = true;
          await letOthersGoFirst();
          await audit.append(command);
          isBusy = false;
        },
      };
    }),
  },
  {
    name: 'lets others in between the drafts of a command',
    noticedBy: 'audit log races > the drafts of one command stay together, whoever else appends',
    open: brokenAudit((audit) => ({ append: (command) => appendOneByOne(audit, command) })),
  },
  {
    name: 'keeps the first drafts of a command that fails',
    noticedBy: 'append to the audit log > a link that throws leaves nothing of its command',
    open: brokenAudit((audit) => ({ append: (command) => appendOneByOne(audit, command) })),
  },
  {
    name: 'appends a command that is sent again once more',
    noticedBy: 'append to the audit log > the same command twice equals once',
    open: brokenAudit((audit) => {
      let calls = 0;
      return {
        append({ drafts, ...command }) {
          const suffix = ++calls;
          return audit.append({
            ...command,
            drafts: drafts.map((draft) => ({ ...draft, id: `${draft.id}${suffix}` })),
          });
        },
      };
    }),
  },
  {
    name: 'looks for a repeated draft first and appends later',
    noticedBy: 'audit log races > of parallel repetitions of one command one is kept',
    open: brokenAudit((audit) => {
      const known = new Set<string>();
      let calls = 0;
      return {
        async append({ drafts, ...command }) {
          const fresh = drafts.filter(({ id }) => !known.has(id));
          await letOthersGoFirst();
          for (const { id } of fresh) known.add(id);
          const suffix = ++calls;
          await audit.append({
            ...command,
            drafts: fresh.map((draft) => ({ ...draft, id: `${draft.id}${suffix}` })),
          });
        },
      };
    }),
  },
  {
    name: 'shows the last version of a draft',
    noticedBy: 'append to the audit log > of one draft there is one entry, which stays as it was first',
    open: brokenAudit((audit) => {
      const types = new Map<string, string>();
      return {
        append(command) {
          for (const { id, type } of command.drafts) types.set(id, type);
          return audit.append(command);
        },
        list: async (query) =>
          (await audit.list(query)).map((entry) => ({ ...entry, type: types.get(entry.id) ?? entry.type })),
      };
    }),
  },
  {
    name: 'has one chain for all tenants',
    noticedBy: 'audit entries > every tenant has a chain of its own',
    open: brokenAudit((audit) => ({
      append: (command) => audit.append({ ...command, tenantId: '' }),
      list: (query) => audit.list({ ...query, tenantId: '' }),
      findHead: () => audit.findHead(''),
    })),
  },
  {
    name: 'writes nobody as a user without a name',
    noticedBy: 'audit entries > an entry comes back with every field',
    open: showing((entries) =>
      entries.map((entry) => ({ ...entry, userPseudonym: entry.userPseudonym ?? '' })),
    ),
  },
  {
    name: 'keeps seconds',
    noticedBy: 'audit entries > an entry comes back with every field',
    open: showing((entries) =>
      entries.map((entry) => ({ ...entry, at: new Date(Math.floor(entry.at.getTime() / 1000) * 1000) })),
    ),
  },
  {
    name: 'notes the end of the chain one entry late',
    noticedBy: unbroken,
    open: brokenAudit((audit) => ({
      async findHead(tenantId) {
        const [last] = (await audit.list({ tenantId, limit: 10_000 })).slice(-2, -1);
        return { seq: last?.seq ?? 0, hash: last?.hash ?? '' };
      },
    })),
  },
  {
    name: 'puts entries in the order of their time',
    noticedBy: 'append to the audit log > entries stand in the order in which they came, whatever their time',
    open: showing((entries) => entries.toSorted((a, b) => a.at.getTime() - b.at.getTime())),
  },
  {
    name: 'lists the newest first',
    noticedBy: 'list of the audit log > lists by pseudonym and by type, by each alone and both',
    open: showing((entries) => entries.toReversed()),
  },
  {
    name: 'lists entries of every pseudonym',
    noticedBy: 'list of the audit log > lists by pseudonym and by type, by each alone and both',
    open: overlooking('userPseudonym'),
  },
  {
    name: 'lists entries of every type',
    noticedBy: 'list of the audit log > lists by pseudonym and by type, by each alone and both',
    open: overlooking('type'),
  },
  {
    name: 'lists up to the last instant and with it',
    noticedBy:
      'list of the audit log > lists from the first instant on and before the last, to the millisecond',
    open: brokenAudit((audit) => ({
      list: ({ to, ...query }) =>
        audit.list(to === undefined ? query : { ...query, to: new Date(to.getTime() + 1) }),
    })),
  },
  {
    name: 'knows of no instant after the year 9999',
    noticedBy: 'list of the audit log > lists between any two instants, also of the year 0 and after 9999',
    open: brokenAudit((audit) => ({
      list: async (query) => ((query.to?.getUTCFullYear() ?? 0) > 9999 ? [] : audit.list(query)),
    })),
  },
  {
    name: 'repeats the last entry on the next page',
    noticedBy: 'list of the audit log > goes on after the last entry of a page, with what is asked for only',
    open: brokenAudit((audit) => ({
      list: ({ afterSeq = 0, ...query }) => audit.list({ ...query, afterSeq: Math.max(afterSeq - 1, 0) }),
    })),
  },
  {
    name: 'gives 1000 entries at most',
    noticedBy: 'list of the audit log > gives as many at once as are asked for',
    open: showing((entries) => entries.slice(0, 1000)),
  },
  {
    name: 'keeps the entries that are pruned',
    noticedBy: pruned,
    open: sealingOnly(async (_audit, { seal }, seals) => {
      seals.push(seal);
      return seal.seq;
    }),
  },
  {
    name: 'keeps no seal',
    noticedBy: pruned,
    open: brokenAudit(() => ({ findSeal: async () => null })),
  },
  {
    name: 'keeps the sealed entry as the first of the rest',
    noticedBy: pruned,
    open: brokenAudit((audit) => ({
      async prune({ tenantId, seal }) {
        const [previous] = (await audit.list({ tenantId, limit: 10_000 })).filter(
          ({ seq }) => seq === seal.seq - 1,
        );
        if (previous === undefined) return audit.prune({ tenantId, seal });
        return audit.prune({ tenantId, seal: { ...seal, seq: previous.seq, hash: previous.hash } });
      },
    })),
  },
  {
    name: 'looks for the end of the chain among the entries',
    noticedBy: 'prune of the audit log > a chain of which all was removed goes on where it ended',
    open: brokenAudit((audit) => ({
      async findHead(tenantId) {
        const last = (await audit.list({ tenantId, limit: 10_000 })).at(-1);
        return { seq: last?.seq ?? 0, hash: last?.hash ?? '' };
      },
    })),
  },
  {
    name: 'puts an older seal in the place of a later one',
    noticedBy:
      'prune of the audit log > a later seal takes the place of an older one, never the other way round',
    open: sealingOnly(async (audit, command, seals) => {
      const removed = await audit.prune(command);
      const known = (await audit.findSeal(command.tenantId))?.seq ?? 0;
      if (removed > 0 || command.seal.seq < known) seals.push(command.seal);
      return removed;
    }),
  },
  {
    name: 'takes any seal of a number that is there',
    noticedBy: 'prune of the audit log > a seal of an entry that is not there removes nothing',
    open: brokenAudit((audit) => ({
      async prune({ tenantId, seal }) {
        const entries = await audit.list({ tenantId, limit: 10_000 });
        const hash = entries.find(({ seq }) => seq === seal.seq)?.hash ?? seal.hash;
        return audit.prune({ tenantId, seal: { ...seal, hash } });
      },
    })),
  },
  {
    name: 'has one seal for all tenants',
    noticedBy:
      'prune of the audit log > removes entries of one tenant, and text that no database holds has no seal',
    open: brokenAudit((audit) => {
      let latest = '';
      return {
        prune(command) {
          latest = command.tenantId;
          return audit.prune(command);
        },
        findSeal: () => audit.findSeal(latest),
      };
    }),
  },
  {
    name: 'looks for the seal first and writes another later',
    noticedBy:
      'prune of the audit log > of parallel prunings the furthest seal stays, and every entry is removed once',
    open: sealingOnly(async (audit, command, seals) => {
      const known = seals.at(-1)?.seq ?? 0;
      const isThere = (await audit.list({ tenantId: command.tenantId, limit: 10_000 })).some(
        ({ seq, hash }) => seq === command.seal.seq && hash === command.seal.hash,
      );
      await letOthersGoFirst();
      const removed = await audit.prune(command);
      if (isThere && command.seal.seq > known) seals.push(command.seal);
      return removed;
    }),
  },
];

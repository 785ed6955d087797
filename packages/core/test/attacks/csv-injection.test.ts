/**
 * ASVS 1.2.10, OWASP CSV injection: text that somebody chose, such as the id that an app gives its users, becomes a formula in
 * the spreadsheet of the administrator who exports the audit log.
 */
import { createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { administration, createHttpBench } from '../http/http-bench.js';

async function exportWith(userId: string, userAgent: string | null = null): Promise<string> {
  const bench = createHttpBench({
    auth: administration,
    openStores: (clock) => ({ ...memoryStores({ clock }), audit: createMemoryAuditStore() }),
  });
  const { accessToken } = await bench.register();
  const at = new Date(bench.clock.now());
  await bench.auth.audit?.append([{ type: 'user_created', tenantId: '', userId, at, userAgent }]);
  const { body } = await bench.send({
    method: 'GET',
    url: '/auth/admin/audit?format=csv',
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return body ?? '';
}

it.each(['=1+1', '+1', '-1+1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＠SUM(1)', "=cmd|' /C calc'!A0"])(
  'a cell that begins like %j is no formula',
  async (userId) => {
    expect(await exportWith(userId)).toContain(`"user_created","success","'${userId}","`);
  },
);

it.each([
  ['quotes', '","=1+1'],
  ['a new row', 'x"\r\n"=1+1"'],
])('a cell is not left by %s (ASVS 16.4.1)', async (_what, userId) => {
  expect(await exportWith(userId)).toContain(`"user_created","success","${userId.replaceAll('"', '""')}","`);
});

it('neither is what a client says that it is', async () => {
  expect(await exportWith('ada', '=1+1')).toContain(`,"'=1+1","`);
});

it('leaves other text as it is', async () => {
  expect(await exportWith('ada-1=2@x')).toContain('"user_created","success","ada-1=2@x","');
});

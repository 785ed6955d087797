import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import { startAuthApp } from './auth-app.js';

interface ShownEntry {
  readonly type: string;
  readonly outcome: string;
  readonly userId: string | null;
  readonly actorId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const cases: readonly BindingCase[] = [
  {
    name: 'the log says who did what, in which session, from where and how it ended, as JSON and as CSV',
    async run(bench) {
      const app = await startAuthApp(bench);
      const boss = await app.register('boss@example.com');
      const ada = await app.register('ada@example.com');
      const [byBoss, byAda] = await Promise.all(
        [boss, ada].map(async (browser) => {
          const { userId } = (await browser.get('/page')).json();
          const { sessions } = (await browser.get('/auth/sessions')).json();
          return { userId, sessionId: sessions[0].id };
        }),
      );
      assert.ok(byBoss !== undefined && byAda !== undefined);
      const agent = { 'user-agent': 'check/1' };
      const refused = await ada.send('GET', '/bosses', agent);
      assert.equal(refused.status, 403);
      const url = `/auth/admin/users/${byAda.userId}/disable`;
      const done = await boss.send('POST', url, agent, {});
      assert.equal(done.status, 200);

      const { entries } = (await boss.get('/auth/admin/audit')).json() as { entries: readonly ShownEntry[] };
      const shown = entries
        .filter(({ type }) => type === 'authz_fail' || type === 'user_disabled')
        .map(({ type, outcome, userId, actorId, userAgent, details: { requestId, actorSessionId } }) => ({
          ...{ type, outcome, userId, actorId, userAgent, requestId, actorSessionId },
        }));
      const about = { userId: byAda.userId, userAgent: 'check/1' };
      assert.deepEqual(shown, [
        {
          ...{ type: 'authz_fail', outcome: 'failure', ...about, actorId: null },
          ...{ requestId: refused.headers['x-request-id'], actorSessionId: byAda.sessionId },
        },
        {
          ...{ type: 'user_disabled', outcome: 'success', ...about, actorId: byBoss.userId },
          ...{ requestId: done.headers['x-request-id'], actorSessionId: byBoss.sessionId },
        },
      ]);
      for (const { ip } of entries.filter(({ userAgent }) => userAgent === 'check/1'))
        assert.match(String(ip), /^(127\.0\.0\.1|::1)$/);

      const file = await boss.get('/auth/admin/audit?format=csv');
      assert.match(file.text, /"user_disabled","success",.*"check\/1"/);
    },
  },
];

/** The audit log as the real routes show it. */
export const auditChapter: BindingChapter = { name: 'the real routes: audit', cases };

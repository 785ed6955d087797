import { postgresStores } from '@tessera-auth/adapters-postgres';
import { createPasswords } from '@tessera-auth/core';
import { createDatabase } from '@tessera-auth/test-services';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { createHttpClient, findCookie, type HttpClient, password, register, signIn } from './http-client.js';

/** What a client sees of the server, on both kinds of stores. */
export function testHttp(app: ExampleApp): void {
  describe.each(['memory', 'postgres'] as const)(`the ${app.name} app on %s`, (store) => {
    let running: RunningApp;
    let url: string;
    let databaseUrl: string;
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;

    beforeAll(async () => {
      folder = await makeAppFolder();
      databaseUrl = await createDatabase(inject('postgresUrl'), `example_http_${app.name}`);
      running = await startApp(app, folder.path, {
        BOOTSTRAP_ADMIN_EMAIL: 'Boss@example.com',
        ...(store === 'memory' ? { STORE: 'memory' } : { DATABASE_URL: databaseUrl }),
      });
      url = running.url;
    });
    afterAll(async () => {
      await running?.stop();
      await folder.remove();
    });

    it('registers, and knows who that is', async () => {
      const client = createHttpClient(url);
      const entered = await client.send('POST', '/auth/register', { email: 'ada@example.com', password });
      expect(entered.status).toBe(201);
      expect(entered.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^access=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/),
        expect.stringMatching(/^refresh=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/),
      ]);
      const me = await client.get('/auth/me');
      expect(me.body).toMatchObject({
        user: { email: 'ada@example.com' },
        roles: ['employee'],
        permissions: ['reports:read@author', 'reports:write@author'],
      });
      const again = await createHttpClient(url).send('POST', '/auth/register', {
        email: 'ADA@example.com',
        password,
      });
      expect([again.status, again.body.code]).toEqual([409, 'account_exists']);
    });

    it('does not tell a wrong password from an unknown address', async () => {
      await register(url, 'known@example.com');
      const refusals = await Promise.all(
        ['known@example.com', 'unknown@example.com'].map(async (email) => {
          const body = { email, password: 'not the password at all' };
          const answer = await createHttpClient(url).send('POST', '/auth/login', body);
          return [answer.status, { ...answer.body, requestId: null }];
        }),
      );
      expect(refusals[0]).toEqual(refusals[1]);
      expect(refusals[0]?.[0]).toBe(401);
    });

    it('ends another session at once, also for tokens that were copied from it', async () => {
      const first = await register(url, 'two@example.com');
      const second = await signIn(url, 'two@example.com');
      const thief = second.copy();
      const { sessions } = (await first.get('/auth/sessions')).body;
      expect(sessions).toHaveLength(2);
      const other = sessions.find(({ current }: { current: boolean }) => !current);

      expect((await first.change('DELETE', `/auth/sessions/${other.id}`)).status).toBe(204);
      expect((await thief.get('/auth/me')).status).toBe(401);
      expect((await second.get('/auth/me')).status).toBe(401);
      expect((await first.get('/auth/sessions')).body.sessions).toHaveLength(1);
    });

    it('does not let one user end the session of another', async () => {
      const victim = await register(url, 'victim@example.com');
      const { sessionId } = (await victim.get('/auth/me')).body;
      const attacker = await register(url, 'attacker@example.com');
      expect((await attacker.change('DELETE', `/auth/sessions/${sessionId}`)).status).toBe(404);
      expect((await victim.get('/auth/me')).status).toBe(200);
    });

    it('signs out all others', async () => {
      const first = await register(url, 'many@example.com');
      const others = await Promise.all([signIn(url, 'many@example.com'), signIn(url, 'many@example.com')]);
      expect((await first.change('POST', '/auth/sessions/revoke-all', {})).status).toBe(204);
      for (const other of others) expect((await other.get('/auth/me')).status).toBe(401);
      expect((await first.get('/auth/me')).status).toBe(200);
    });

    it('ends all other sessions with the old password', async () => {
      const first = await register(url, 'change@example.com');
      const other = await signIn(url, 'change@example.com');
      const newPassword = 'seven green lanterns at dawn';
      const wrong = await first.change('POST', '/auth/password/change', {
        currentPassword: newPassword,
        newPassword,
      });
      expect([wrong.status, wrong.body.code]).toEqual([401, 'credentials_invalid']);
      const changed = await first.change('POST', '/auth/password/change', {
        currentPassword: password,
        newPassword,
      });
      expect(changed.status).toBe(200);
      expect((await first.get('/auth/me')).status).toBe(200);
      expect((await other.get('/auth/me')).status).toBe(401);
      await expect(signIn(url, 'change@example.com')).rejects.toThrow('401');
    });

    it('signs out: a copy of the cookies is worth nothing', async () => {
      const client = await register(url, 'out@example.com');
      const copy = client.copy();
      expect((await client.change('POST', '/auth/logout')).status).toBe(204);
      expect(client.cookies()).toBe('');
      expect((await copy.get('/auth/me')).status).toBe(401);
    });

    it('refuses to change anything without the proof that its own page asks', async () => {
      const client = await register(url, 'csrf@example.com');
      const unproven = await client.send('POST', '/api/reports', { title: 'Forged' });
      expect([unproven.status, unproven.body.code]).toEqual([403, 'csrf_refused']);
      const { csrfToken } = (await client.get('/auth/csrf')).body;
      const foreign = await client.send(
        'POST',
        '/api/reports',
        { title: 'Forged' },
        { 'x-csrf-token': csrfToken, origin: 'https://evil.example' },
      );
      expect([foreign.status, foreign.body.code]).toEqual([403, 'csrf_refused']);
      expect((await client.get('/api/reports')).body.reports).toEqual([]);
    });

    it('opens the page of the boss to the boss only', async () => {
      const boss = await register(url, 'boss@example.com');
      const employee = await register(url, 'curious@example.com');
      const asBrowser = { accept: 'text/html,application/xhtml+xml' };

      const guest = await createHttpClient(url).get('/boss', asBrowser);
      expect([guest.status, guest.headers.get('location')]).toEqual([303, '/']);
      const refused = await employee.get('/boss', asBrowser);
      expect(refused.status).toBe(403);
      expect(refused.body).toContain('for the boss only');
      expect(refused.body).not.toContain('payroll');
      expect((await employee.get('/boss')).body.code).toBe('permission_denied');
      expect((await employee.get('/api/payroll')).body.code).toBe('permission_denied');
      // Not by another spelling either, nor past the guard.
      for (const path of [
        '/BOSS',
        '/boss/',
        '/boss.html',
        '/pages/boss.html',
        '/%62oss',
        '/..%2fpages%2fboss.html',
      ]) {
        const answer = await employee.get(path, asBrowser);
        expect([path, [400, 403, 404].includes(answer.status)]).toEqual([path, true]);
      }

      const opened = await boss.get('/boss', asBrowser);
      expect([opened.status, opened.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(opened.body).toContain('Payroll');
      expect((await boss.get('/api/payroll')).body.payroll).toContainEqual({
        position: 'Boss',
        salary: 14_200,
      });
    });

    it('refuses bad input to its own routes in the form of a problem', async () => {
      const client = await register(url, 'input@example.com');
      const bodies = [
        '{"title":',
        '[]',
        '"title"',
        '{"title":""}',
        '{"title":"a\\u0000b"}',
        '{"title":"a","b":1}',
      ];
      for (const body of bodies) {
        const answer = await client.change('POST', '/api/reports', body);
        expect([body, [400, 422].includes(answer.status)]).toEqual([body, true]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|examples|SyntaxError|stack/);
      }
      const large = await client.change('POST', '/api/reports', { title: 'a'.repeat(10_000) });
      expect(large.status).toBe(413);
      const missing = await client.get('/no/such/path');
      expect([missing.status, missing.body.code]).toEqual([404, 'not_found']);
    });

    it('serves pages that run nothing but its own files', async () => {
      const client = createHttpClient(url);
      for (const path of ['/', '/style.css', '/main.js']) {
        const { status, headers } = await client.get(path);
        expect([path, status]).toEqual([path, 200]);
        expect(headers.get('content-security-policy')).toContain("default-src 'self'");
        expect(headers.get('x-content-type-options')).toBe('nosniff');
      }
      const { body } = await client.get('/');
      expect(body).not.toMatch(/<script(?![^>]* src=)|\son\w+=|\sstyle=|<style/);
    });

    it('says in one line of JSON each what happened, and never a secret', async () => {
      const client = await register(url, 'logged@example.com');
      const { user } = (await client.get('/auth/me')).body;
      await expect
        .poll(() => running.output())
        .toMatch(new RegExp(`^{"type":"user_created".*"userId":"${user.id}".*}$`, 'm'));
      expect(running.output()).not.toContain(password);
      expect(running.output()).not.toContain(findCookie(client.cookies(), 'access'));
      expect(running.output()).not.toContain(findCookie(client.cookies(), 'refresh'));
    });

    if (store === 'memory') return;
    it('shows each role its part of the reports', async () => {
      // Nobody registers as a manager: this account is made by somebody with access to the database.
      const pool = new Pool({ connectionString: databaseUrl });
      await postgresStores({ pool }).users.create({
        tenantId: '',
        userId: 'the-manager',
        email: 'manager@example.com',
        canonicalEmail: 'manager@example.com',
        emailVerifiedAt: null,
        name: 'The manager',
        roles: ['manager'],
        passwordHash: await createPasswords().hash(password),
      });
      await pool.end();
      const manager = await signIn(url, 'manager@example.com');
      const author = await register(url, 'author@example.com');
      const { report } = (await author.change('POST', '/api/reports', { title: 'The lift is stuck' })).body;
      await manager.change('POST', '/api/reports', { title: 'The team is fine' });

      const titles = async (client: HttpClient): Promise<string[]> =>
        (await client.get('/api/reports')).body.reports.map(({ title }: { title: string }) => title);
      expect(await titles(author)).toEqual(['The lift is stuck']);
      expect(await titles(manager)).toEqual(['The team is fine', 'The lift is stuck']);

      const approval = `/api/reports/${report.id}/approve`;
      expect((await author.change('POST', approval)).body.code).toBe('permission_denied');
      expect((await manager.change('POST', approval)).body.report.isApproved).toBe(true);
      // Nobody hears which reports there are.
      expect((await manager.change('POST', '/api/reports/none/approve')).body.code).toBe('permission_denied');
      expect((await manager.get('/api/payroll')).status).toBe(403);
    });
  });
}

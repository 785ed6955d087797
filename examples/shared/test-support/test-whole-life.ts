import { createDatabase } from '@tessera-auth/test-services';
import { generate } from 'otplib/functional';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { type Answer, createHttpClient, type HttpClient, password, signIn } from './http-client.js';

const stepMs = 30_000;

/** One person and the boss, from their first mail on, on the stores that a browser test never sees. */
export function testWholeLife(app: ExampleApp): void {
  describe.each(['postgres', 'redis'] as const)(`a whole life in the ${app.name} app on %s`, (store) => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let databaseUrl: string;
    beforeAll(async () => {
      folder = await makeAppFolder();
      databaseUrl = await createDatabase(inject('postgresUrl'), `example_life_${store}_${app.name}`);
      running = await startApp(app, folder.path, {
        DATABASE_URL: databaseUrl,
        ...(store === 'redis' && { STORE: store, REDIS_URL: inject('redisUrl') }),
        EMAIL_VERIFICATION: 'required',
        BOOTSTRAP_ADMIN_EMAIL: 'boss@example.com',
      });
    });
    afterAll(async () => {
      await running?.stop();
      await folder.remove();
    });

    const statusOf = ({ status, body }: Answer) => [status, body.code];

    /** Asks for an account, and opens the link that comes by mail. */
    const register = async (email: string): Promise<HttpClient> => {
      const guest = createHttpClient(running.url);
      const asked = await guest.send('POST', '/auth/register', { email, password });
      expect(asked.status).toBe(202);
      await expect(signIn(running.url, email)).rejects.toThrow('credentials_invalid');
      // Nobody waits for mail: it may arrive after the answer.
      let token = '';
      await expect
        .poll(async () => {
          const { mails } = (await guest.get('/dev/inbox.json')).body;
          token = mails.find(({ to }: { to: string }) => to === email)?.token ?? '';
          return token;
        })
        .toMatch(/^ot1_/);
      expect((await guest.send('POST', '/auth/email/verify', { token })).status).toBe(204);
      const again = await guest.send('POST', '/auth/email/verify', { token });
      expect(statusOf(again)).toEqual([422, 'one_time_token_invalid']);
      return signIn(running.url, email);
    };
    /** Sets an authenticator app up, with its code of the step before, so that the one of now is unused. */
    const setUpSecondFactor = async (client: HttpClient) => {
      const { secret } = (await client.change('POST', '/auth/mfa/totp/enroll')).body;
      const codeAt = (ms: number) => generate({ secret, epoch: Math.floor(ms / 1000) });
      const confirm = async () =>
        client.change('POST', '/auth/mfa/totp/confirm', { code: await codeAt(Date.now() - stepMs) });
      // Once more where the step has just ended.
      const first = await confirm();
      const { status, body } = first.status === 200 ? first : await confirm();
      expect([status, body.backupCodes?.length]).toEqual([200, 10]);
      return { backupCodes: body.backupCodes as string[], currentCode: () => codeAt(Date.now()) };
    };
    /** The first half of a sign-in. */
    const beginSignIn = async (client: HttpClient, email: string): Promise<string> => {
      const { body } = await client.send('POST', '/auth/login', { email, password });
      expect(body).toMatchObject({ mfaRequired: true, setupRequired: false });
      expect((await client.get('/auth/me')).status).toBe(401);
      return body.mfaToken;
    };

    it('begins with a link, and a second factor guards it from then on', async () => {
      const email = 'ada@example.com';
      const phone = await register(email);
      const laptop = await signIn(running.url, email);
      const { backupCodes, currentCode } = await setUpSecondFactor(phone);
      expect((await laptop.get('/auth/me')).status).toBe(401);

      const office = createHttpClient(running.url);
      const proof = { mfaToken: await beginSignIn(office, email), method: 'totp' };
      const wrong = await office.send('POST', '/auth/mfa/verify', { ...proof, code: '000000' });
      expect(statusOf(wrong)).toEqual([401, 'mfa_code_invalid']);
      const code = await currentCode();
      expect((await office.send('POST', '/auth/mfa/verify', { ...proof, code })).status).toBe(200);
      expect((await office.get('/auth/me')).body.assurance.amr).toEqual(['pwd', 'otp', 'mfa']);

      const enterByBackupCode = async () => {
        const home = createHttpClient(running.url);
        const mfaToken = await beginSignIn(home, email);
        const code = backupCodes[0];
        return home.send('POST', '/auth/mfa/verify', { mfaToken, method: 'backup_code', code });
      };
      expect((await enterByBackupCode()).status).toBe(200);
      expect(statusOf(await enterByBackupCode())).toEqual([401, 'mfa_code_invalid']);
      expect((await phone.get('/auth/mfa')).body).toMatchObject({ enabled: true, backupCodesLeft: 9 });
    });

    it('goes on with a browser that is remembered, and proves more where it matters', async () => {
      const email = 'eve@example.com';
      const { backupCodes } = await setUpSecondFactor(await register(email));
      const home = createHttpClient(running.url);
      const entered = await home.send('POST', '/auth/mfa/verify', {
        ...{ mfaToken: await beginSignIn(home, email), method: 'backup_code' },
        ...{ code: backupCodes[0], rememberDevice: true },
      });
      expect(entered.status).toBe(200);
      expect((await home.change('POST', '/auth/logout')).status).toBe(204);
      const again = await home.send('POST', '/auth/login', { email, password });
      expect(again.body.user.email).toBe(email);

      const renew = () => home.change('POST', '/auth/mfa/backup-codes');
      expect(statusOf(await renew())).toEqual([401, 'step_up_required']);
      const prove = (proof: object) => home.change('POST', '/auth/reauthenticate', { password, ...proof });
      expect(statusOf(await prove({}))).toEqual([401, 'mfa_code_required']);
      const used = await prove({ method: 'backup_code', code: backupCodes[0] });
      expect(statusOf(used)).toEqual([401, 'mfa_code_invalid']);
      expect((await prove({ method: 'backup_code', code: backupCodes[1] })).status).toBe(200);
      expect((await renew()).body.backupCodes).toHaveLength(10);
    });

    it('is in the hands of the boss: disabled, enabled, given a role, and all of it written down', async () => {
      const boss = await register('boss@example.com');
      const employee = await register('bob@example.com');
      const { users } = (await boss.get('/auth/admin/users')).body;
      const { id } = users.find((user: { email: string }) => user.email === 'bob@example.com');
      const account = `/auth/admin/users/${id}`;
      expect(statusOf(await employee.get('/auth/admin/users'))).toEqual([403, 'permission_denied']);

      const payroll = async () => (await employee.get('/api/payroll')).status;
      expect(await payroll()).toBe(403);
      const role = { name: 'bookkeeper', permissions: ['payroll:read'] };
      expect((await boss.change('POST', '/auth/admin/roles', role)).status).toBe(201);
      expect((await boss.change('PUT', `${account}/roles/bookkeeper`, {})).status).toBe(204);
      expect(await payroll()).toBe(200);
      expect((await boss.change('DELETE', `${account}/roles/bookkeeper`)).status).toBe(204);
      expect(await payroll()).toBe(403);

      expect((await boss.change('POST', `${account}/disable`)).status).toBe(200);
      expect(await payroll()).toBe(401);
      await expect(signIn(running.url, 'bob@example.com')).rejects.toThrow('credentials_invalid');
      expect((await boss.change('POST', `${account}/enable`)).status).toBe(200);
      expect(await payroll()).toBe(401);
      expect((await (await signIn(running.url, 'bob@example.com')).get('/auth/me')).status).toBe(200);

      const { entries } = (await boss.get(`/auth/admin/audit?userId=${id}`)).body;
      const types = entries.map(({ type }: { type: string }) => type);
      for (const type of ['user_created', 'authz_change', 'user_disabled', 'user_enabled'])
        expect(types).toContain(type);
      const verify = async () => (await boss.get('/auth/admin/audit/verify')).body;
      expect(await verify()).toMatchObject({ intact: true });
      await takeOut(entries.find(({ type }: { type: string }) => type === 'user_disabled').seq);
      expect(await verify()).toMatchObject({ intact: false });
    });

    /** Somebody with access to the database takes an entry out of the log. */
    const takeOut = async (seq: number): Promise<void> => {
      const pool = new Pool({ connectionString: databaseUrl });
      await pool.query('alter table tessera.audit_entries disable trigger user');
      await pool.query('delete from tessera.audit_entries where seq = $1', [seq]);
      await pool.end();
    };
  });
}

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserUser, browserTestTimeoutMs, createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { password, register } from './http-client.js';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** What people see and do, in a real browser. */
export function testBrowser(app: ExampleApp): void {
  describe(`the web page of the ${app.name} app`, { timeout: browserTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let browser: Browser;
    let users: BrowserUser[] = [];
    let complaints: string[] = [];

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, {
        STORE: 'memory',
        BOOTSTRAP_ADMIN_EMAIL: 'boss@example.com',
        // The shortest that Tessera allows: access tokens expire under everything that is done here.
        ACCESS_LIFETIME: '1s',
        ROTATION_FLOOR: '5s',
        ROTATION_GRACE: '5s',
      });
      browser = await startBrowser();
      await register(running.url, 'boss@example.com');
    });
    afterAll(async () => {
      await browser?.close();
      await running?.stop();
      await folder.remove();
    });
    beforeEach(() => {
      users = [];
      complaints = [];
    });
    afterEach(async () => {
      for (const { context } of users) await context.close();
      expect(complaints).toEqual([]);
    });

    const sitDown = async (userAgent?: string): Promise<BrowserUser> => {
      const user = await createBrowserUser(browser, running.url, complaints, userAgent);
      users.push(user);
      return user;
    };

    it('lets people register, shows who they are, and lets them out and in again', async () => {
      const { page, signIn, landsOnSignIn, ...ada } = await sitDown();
      await ada.register('ada@example.com');
      const me = page.getByRole('region', { name: 'Hello, ada@example.com' });
      expect(await me.textContent()).toMatch(/employee[\s\S]*reports:read/);

      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await landsOnSignIn(/You have signed out/);
      await page.reload();
      await page.locator('#sign-in-form').waitFor();
      await signIn('ada@example.com');
      await me.waitFor();
    });

    it('says what is wrong in words', async () => {
      const { page, ...user } = await sitDown();
      await page.getByLabel('E-mail').first().fill('nobody@example.com');
      await page.getByLabel('Password', { exact: true }).first().fill('whatever it may be');
      await page.keyboard.press('Enter');
      await page.getByText('The e-mail address or the password is wrong.').waitFor();

      await page.getByRole('button', { name: 'Create account' }).click();
      const form = page.locator('#register-form');
      await form.getByLabel('E-mail').fill('short@example.com');
      await form.getByLabel('Password').fill('short');
      await page.keyboard.press('Enter');
      await form.getByText('This password is too short.').waitFor();
      await page.getByRole('button', { name: 'Sign in' }).first().click();
      await user.register('short@example.com');
    });

    it('shows a second browser with its name, and signs it out', async () => {
      const first = await sitDown();
      await first.register('two@example.com');
      const second = await sitDown(firefox);
      await second.signIn('two@example.com');

      await first.openAccount();
      const row = first.sessions().filter({ hasText: 'Firefox 140 · Windows 10' });
      expect(await row.textContent()).toContain('127.0.0.1');
      expect(await first.sessions().filter({ hasText: 'this session' }).textContent()).toMatch(
        /Chrome.*Linux/,
      );
      await row.getByRole('button').click();
      await row.waitFor({ state: 'detached' });

      await second.landsOnSignIn(/You have been signed out/);
    });

    it('signs out all others', async () => {
      const first = await sitDown();
      await first.register('many@example.com');
      const others = [await sitDown(firefox), await sitDown(firefox)];
      for (const other of others) await other.signIn('many@example.com');

      await first.openAccount();
      expect(await first.sessions().count()).toBe(3);
      await first.page.getByRole('button', { name: 'Sign out all others' }).click();
      await expect.poll(() => first.sessions().count()).toBe(1);
      for (const other of others) await other.landsOnSignIn(/You have been signed out/);
    });

    it('ends all other sessions with the old password, which a page without a socket notices when it is used', async () => {
      const first = await sitDown();
      await first.register('change@example.com');
      const other = await sitDown(firefox);
      await other.muteSockets();
      await other.signIn('change@example.com');

      const form = first.page.locator('#password-form');
      await form.getByLabel('Current password').fill(password);
      await form.getByLabel('New password').fill('seven green lanterns at dawn');
      await form.getByRole('button').click();
      await form.getByText('Changed.').waitFor();
      await expect.poll(() => first.sessions().count()).toBe(1);
      await other.handInReport('Does not arrive');
      await other.landsOnSignIn(/You have been signed out/);
      await other.signIn('change@example.com', 'seven green lanterns at dawn');
    });

    it('opens the payroll to the boss only', async () => {
      const boss = await sitDown();
      await boss.signIn('boss@example.com');
      await boss.page.getByRole('link', { name: 'Payroll' }).click();
      await boss.page.getByRole('cell', { name: '€14,200' }).waitFor();

      const employee = await sitDown();
      await employee.register('curious@example.com');
      await employee.page.getByRole('link', { name: 'Payroll' }).click();
      await employee.page.getByRole('heading', { name: 'This page is for the boss only' }).waitFor();

      const guest = await sitDown();
      await guest.page.goto('/boss');
      await guest.page.locator('#sign-in-form').waitFor();
      expect(new URL(guest.page.url()).pathname).toBe('/');
    });

    it('lets those above see and approve a report at once, and nobody else', async () => {
      const boss = await sitDown();
      await boss.signIn('boss@example.com');
      const colleague = await sitDown();
      await colleague.register('colleague@example.com');
      const author = await sitDown();
      await author.register('author@example.com');

      // Nobody loads anything anew: each page hears of it.
      await author.handInReport('<b>The lift</b> is stuck');
      await author.page.getByText('<b>The lift</b> is stuck').waitFor();
      // Handing in ends with an empty field: what was typed before would go with it.
      await expect.poll(() => author.page.getByLabel('Title of a new report').inputValue()).toBe('');
      const approve = boss.page.getByRole('button', { name: 'Approve: <b>The lift</b> is stuck' });
      await approve.focus();
      await author.handInReport('The stairs are fine');
      await boss.page.getByText('The stairs are fine').waitFor();
      // Still where the keyboard was.
      await boss.page.keyboard.press('Enter');
      await boss.page.getByText('approved').waitFor();
      await author.page.getByText('approved').waitFor();
      await colleague.openAccount();
      expect(await colleague.page.getByText('is stuck').count()).toBe(0);
    });

    it('renews an expired access token without anybody noticing', async () => {
      const { page, context, handInReport, ...user } = await sitDown();
      await user.register('patient@example.com');
      const accessToken = async () => (await context.cookies()).find(({ name }) => name === 'access')?.value;
      const before = await accessToken();
      // Every answer is good, and at some point it brings another token.
      await expect
        .poll(
          async () => {
            expect(await page.evaluate(async () => (await fetch('/auth/me')).status)).toBe(200);
            return accessToken();
          },
          { timeout: 20_000, interval: 250 },
        )
        .not.toBe(before);
      await handInReport('Still here');
      await page.getByText('Still here').waitFor();
    });

    it('keeps two tabs signed in that renew at the same moment', async () => {
      const first = await sitDown();
      await first.register('tabs@example.com');
      const second = await first.openTab();
      const refreshToken = async () =>
        (await first.context.cookies()).find(({ name }) => name === 'refresh')?.value;
      const before = await refreshToken();
      await expect
        .poll(
          async () => {
            // Without an access token both tabs have to renew, with the same refresh token.
            await first.context.clearCookies({ name: 'access' });
            await Promise.all([first.openAccount(), second.openAccount()]);
            return refreshToken();
          },
          { timeout: 25_000, interval: 250 },
        )
        .not.toBe(before);
      await Promise.all([first.openAccount(), second.openAccount()]);
      expect(await first.sessions().count()).toBe(1);
    });
  });
}

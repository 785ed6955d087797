import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserUser, browserTestTimeoutMs, createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { createHttpClient, password } from './http-client.js';

const another = 'eleven orange lanterns at dusk';

/** What people do with the mails that they get, in a real browser. */
export function testMail(app: ExampleApp): void {
  describe(`mails of the ${app.name} app`, { timeout: browserTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let browser: Browser;
    const complaints: string[] = [];
    const users: BrowserUser[] = [];

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, {
        STORE: 'memory',
        EMAIL_VERIFICATION: 'required',
        BOOTSTRAP_ADMIN_EMAIL: 'boss@example.com',
      });
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await running?.stop();
      await folder.remove();
    });
    afterEach(async () => {
      for (const { context } of users.splice(0)) await context.close();
      const heard = complaints.splice(0);
      expect(heard).toEqual([]);
    });

    const sitDown = async (): Promise<BrowserUser> => {
      const user = await createBrowserUser(browser, running.url, complaints);
      users.push(user);
      return user;
    };
    /** Opens the newest link to this address in the inbox, as a person does. */
    const openLink = async ({ page }: BrowserUser, to: string): Promise<void> => {
      const mail = page
        .locator('article')
        .filter({ hasText: `to ${to}` })
        .first();
      // Nobody waits for mail: it may arrive after the answer.
      await expect
        .poll(async () => {
          await page.goto('/dev/inbox', { waitUntil: 'networkidle' });
          return mail.count();
        })
        .toBe(1);
      await mail.getByRole('link', { name: 'Open the link' }).click();
    };
    const askForAccount = async (user: BrowserUser, email: string): Promise<void> => {
      const { page } = user;
      await page.goto('/');
      await page.getByRole('button', { name: 'Create account', expanded: false }).click();
      const form = page.locator('#register-form');
      await form.getByLabel('E-mail').fill(email);
      await form.getByLabel('Password').fill(password);
      await page.keyboard.press('Enter');
      await page.getByText('Look into your mail').waitFor();
    };
    const confirm = async (user: BrowserUser, email: string): Promise<void> => {
      await openLink(user, email);
      await user.page.getByRole('button', { name: 'Yes, this is my address' }).click();
      await user.page.getByText('Confirmed.').waitFor();
    };

    it('make an account, whose owner then signs in; the boss by the address', async () => {
      const boss = await sitDown();
      await askForAccount(boss, 'boss@example.com');
      await confirm(boss, 'boss@example.com');
      await boss.page.goto('/');
      await boss.signIn('boss@example.com');
      await boss.page.getByRole('link', { name: 'Payroll' }).click();
      await boss.page.getByRole('cell', { name: '€14,200' }).waitFor();
    });

    it('keep the token out of the address bar, the history and every request line', async () => {
      const user = await sitDown();
      const urls: string[] = [];
      user.page.on('request', (request) => urls.push(request.url()));
      await askForAccount(user, 'quiet@example.com');
      await openLink(user, 'quiet@example.com');
      await user.page.waitForURL(`${running.url}/verify-email`);
      expect(urls.filter((url) => url.includes('ot1_'))).toEqual([]);
      expect(running.output()).not.toContain('ot1_');
      await user.page.getByRole('button', { name: 'Yes, this is my address' }).click();
      await user.page.getByText('Confirmed.').waitFor();
    });

    it('set a new password, which signs everybody else out', async () => {
      const user = await sitDown();
      await askForAccount(user, 'lost@example.com');
      await confirm(user, 'lost@example.com');
      await user.page.goto('/');
      await user.signIn('lost@example.com');

      const elsewhere = await sitDown();
      await elsewhere.page.getByRole('button', { name: 'Forgot your password?' }).click();
      await elsewhere.page.locator('#forgot-email').fill('lost@example.com');
      await elsewhere.page.keyboard.press('Enter');
      await elsewhere.page.getByText('a link is in its mail').waitFor();
      await openLink(elsewhere, 'lost@example.com');
      await elsewhere.page.waitForURL(`${running.url}/reset-password`);
      await elsewhere.page.getByLabel('New password', { exact: true }).fill(another);
      await elsewhere.page.keyboard.press('Enter');
      await elsewhere.page.getByText('Done. Sign in with the new password.').waitFor();

      await user.landsOnSignIn(/You have been signed out/);
      await user.signIn('lost@example.com', another);
    });

    it('say the same for an address that nobody has', async () => {
      const user = await sitDown();
      await user.page.getByRole('button', { name: 'Forgot your password?' }).click();
      await user.page.locator('#forgot-email').fill('nobody@example.com');
      await user.page.keyboard.press('Enter');
      await user.page.getByText('a link is in its mail').waitFor();
    });

    it('move an account to another address', async () => {
      const user = await sitDown();
      await askForAccount(user, 'old@example.com');
      await confirm(user, 'old@example.com');
      await user.page.goto('/');
      await user.signIn('old@example.com');
      await user.page.getByLabel('New address').fill('new@example.com');
      await user.page.getByRole('button', { name: 'Change address' }).click();
      await user.page.getByText('Look into the mail of the new address').waitFor();
      await confirm(user, 'new@example.com');
      await user.openAccount();
      await user.page.getByRole('region', { name: 'Hello, new@example.com' }).waitFor();
    });

    it('are shown to nobody in production', async () => {
      const live = await startApp(app, folder.path, {
        NODE_ENV: 'production',
        PUBLIC_URL: 'https://app.example.com',
        AUTH_SECRET: 'uG5tXcBq7Vn0RzK3mWd9aPfY1hLs6JeQ4oTi8C2x',
        MAIL_DIR: folder.path,
        TRUSTED_PROXIES: 'loopback',
      });
      try {
        const client = createHttpClient(live.url);
        for (const path of ['/dev/inbox', '/dev/inbox.json'])
          expect((await client.get(path, { 'x-forwarded-proto': 'https' })).status).toBe(404);
      } finally {
        await live.stop();
      }
    });
  });
}

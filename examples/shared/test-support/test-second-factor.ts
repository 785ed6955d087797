import { setTimeout as delay } from 'node:timers/promises';
import { generate } from 'otplib/functional';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserUser, browserTestTimeoutMs, createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { password } from './http-client.js';

/** What people do with a second factor, in a real browser. */
export function testSecondFactor(app: ExampleApp): void {
  describe(`second factors in the ${app.name} app`, { timeout: browserTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let browser: Browser;
    const complaints: string[] = [];
    const users: BrowserUser[] = [];
    const settings = { STORE: 'memory' };

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, settings);
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await running?.stop();
      await folder.remove();
    });
    afterEach(async () => {
      for (const { context } of users.splice(0)) await context.close();
      expect(complaints.splice(0)).toEqual([]);
    });

    const sitDown = async (url = running.url): Promise<BrowserUser> => {
      const user = await createBrowserUser(browser, url, complaints);
      users.push(user);
      return user;
    };
    const backupCodesOn = (page: Page): Promise<string[]> =>
      page.locator('#second-factor .backup-codes code').allTextContents();

    /** Scans the code with a phone, so to say. */
    const enable = async ({ page }: BrowserUser): Promise<string[]> => {
      await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
      await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
      const secret = (await page.locator('#enrollment .key').textContent()) ?? '';
      await page.locator('#enrollment-code').fill(await generate({ secret }));
      await page.keyboard.press('Enter');
      await page.getByText('10 backup codes are left').waitFor();
      return backupCodesOn(page);
    };
    /** The first half of a sign-in. */
    const beginSignIn = async ({ page }: BrowserUser, email: string): Promise<void> => {
      await page.locator('#sign-in-email').fill(email);
      await page.locator('#sign-in-password').fill(password);
      await page.keyboard.press('Enter');
    };
    const giveCode = async ({ page }: BrowserUser, code = ''): Promise<void> => {
      await page.locator('#code').fill(code);
      await page.keyboard.press('Enter');
    };
    /** Signed in with the password alone, in a browser that is remembered. */
    const comeBack = async (email: string, code = ''): Promise<BrowserUser> => {
      const user = await sitDown();
      await beginSignIn(user, email);
      await user.page.getByLabel('Remember this browser').check();
      await giveCode(user, code);
      await user.page.locator('#account').waitFor();

      // The session is over, as after a long time; the browser is remembered still.
      // The page is left first: what it asks for with one of the two would renew the session.
      await user.page.goto('about:blank');
      await user.context.clearCookies({ name: /^(access|refresh)$/ });
      await user.page.goto('/');
      await user.signIn(email);
      return user;
    };
    const proveIn = async (page: Page, code = ''): Promise<void> => {
      const dialog = page.getByRole('dialog', { name: 'Is it you?' });
      await dialog.getByLabel('Your password').fill(password);
      await page.keyboard.press('Enter');
      await dialog.getByText('And a code of your authenticator app, please.').waitFor();
      await dialog.getByLabel('Code of the app, or a backup code').fill(code);
      await page.keyboard.press('Enter');
    };

    it('are set up with a phone, and asked for from then on, elsewhere too', async () => {
      const user = await sitDown();
      await user.register('factor@example.com');
      const codes = await enable(user);
      expect(new Set(codes).size).toBe(10);

      const elsewhere = await sitDown();
      await beginSignIn(elsewhere, 'factor@example.com');
      await giveCode(elsewhere, '000000');
      await elsewhere.page.getByText('This code is not right').waitFor();
      await giveCode(elsewhere, codes[0]);
      await elsewhere.page.getByText('9 backup codes are left').waitFor();

      await user.page.reload();
      await user.page.getByText('9 backup codes are left').waitFor();
      expect(await user.page.content()).not.toContain(codes[1]);
    });

    it('are not asked for in a browser that is remembered, which has to prove more where it matters', async () => {
      const user = await sitDown();
      await user.register('remembered@example.com');
      const codes = await enable(user);
      const { page } = await comeBack('remembered@example.com', codes[0]);

      await page.getByRole('button', { name: 'Make new backup codes' }).click();
      await proveIn(page, codes[1]);
      await page.getByText('10 backup codes are left').waitFor();
      expect(await backupCodesOn(page)).not.toContain(codes[2]);
    });

    it('are asked for before other sessions end, and not before this one does', {
      timeout: 2 * browserTestTimeoutMs,
    }, async () => {
      const user = await sitDown();
      await user.register('elsewhere@example.com');
      const codes = await enable(user);
      const returned = await comeBack('elsewhere@example.com', codes[0]);
      const { page } = returned;
      expect(await returned.sessions().count()).toBe(3);

      const dialog = page.getByRole('dialog', { name: 'Is it you?' });
      const notHere = returned.sessions().filter({ hasNotText: 'this session' });
      await notHere.first().getByRole('button').click();
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      await page.reload();
      await page.locator('#account').waitFor();
      expect(await returned.sessions().count()).toBe(3);

      await notHere.first().getByRole('button').click();
      await proveIn(page, codes[1]);
      await expect.poll(() => returned.sessions().count()).toBe(2);
      // The proof is fresh now.
      await page.getByRole('button', { name: 'Sign out all others' }).click();
      await expect.poll(() => returned.sessions().count()).toBe(1);
      await user.landsOnSignIn(/You have been signed out/);

      const another = await comeBack('elsewhere@example.com', codes[2]);
      await another.page.getByRole('button', { name: 'Sign out all others' }).click();
      await proveIn(another.page, codes[3]);
      await expect.poll(() => another.sessions().count()).toBe(1);

      const leaving = await comeBack('elsewhere@example.com', codes[4]);
      const here = leaving.sessions().filter({ hasText: 'this session' });
      await here.getByRole('button').click();
      await leaving.landsOnSignIn(/You have been signed out/);
    });

    it('are turned off with a code, and other sessions end', async () => {
      const user = await sitDown();
      await user.register('off@example.com');
      const codes = await enable(user);
      const elsewhere = await sitDown();
      await beginSignIn(elsewhere, 'off@example.com');
      await giveCode(elsewhere, codes[0]);
      await elsewhere.page.locator('#account').waitFor();

      await user.page.locator('#remove-code').fill(codes[1] ?? '');
      await user.page.getByRole('button', { name: 'Turn it off' }).click();
      await user.page.getByText('A sign-in asks for your password only.').waitFor();
      await elsewhere.landsOnSignIn(/You have been signed out/);
      await elsewhere.signIn('off@example.com');
    });

    it('are set up before the first session where everybody must have one', async () => {
      const strict = await startApp(app, folder.path, { ...settings, AUTH_PROFILE: 'asvs-l2' });
      try {
        const { page } = await sitDown(strict.url);
        await page.getByRole('button', { name: 'Create account', expanded: false }).click();
        const form = page.locator('#register-form');
        await form.getByLabel('E-mail').fill('must@example.com');
        await form.getByLabel('Password').fill(password);
        await page.keyboard.press('Enter');
        await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
        const secret = await page.locator('#setup-form .key').textContent();
        expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);
        await page.locator('#setup-code').fill(await generateEarly(secret ?? ''));
        await page.keyboard.press('Enter');
        await page.locator('#account').waitFor();
        expect(await backupCodesOn(page)).toHaveLength(10);
      } finally {
        await strict.stop();
      }
    });
  });
}

const stepMs = 30_000;

/** A code in whose step at least 10 s are left: where only the current one is good, it has to arrive within it. */
async function generateEarly(secret: string): Promise<string> {
  const leftMs = stepMs - (Date.now() % stepMs);
  // A little longer: timers may be early.
  if (leftMs < 10_000) await delay(leftMs + 100);
  return generate({ secret });
}

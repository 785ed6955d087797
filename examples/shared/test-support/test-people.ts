import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserUser, createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { register } from './http-client.js';

/** What the boss sees and does about people, in a real browser. */
export function testPeople(app: ExampleApp): void {
  describe(`people of the ${app.name} app`, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let browser: Browser;
    const complaints: string[] = [];
    const users: BrowserUser[] = [];

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, {
        ...{ STORE: 'memory', EMAIL_VERIFICATION: 'off', RATE_LIMITS: 'off' },
        BOOTSTRAP_ADMIN_EMAIL: 'boss@example.com',
      });
      browser = await startBrowser();
      await register(running.url, 'boss@example.com');
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

    const sitDown = async (): Promise<BrowserUser> => {
      const user = await createBrowserUser(browser, running.url, complaints);
      users.push(user);
      return user;
    };

    it('are disabled at once and enabled again, and what happened is written down', async () => {
      const employee = await sitDown();
      await employee.register('employee@example.com');
      const { page, ...boss } = await sitDown();
      await boss.signIn('boss@example.com');
      await page.getByRole('link', { name: 'People' }).click();
      await page.getByRole('button', { name: 'Disable: employee@example.com' }).click();
      await page.getByRole('button', { name: 'Enable: employee@example.com' }).waitFor();

      await employee.handInReport('Does not arrive');
      await employee.landsOnSignIn(/You have been signed out/);

      await page.getByRole('row', { name: /user_disabled employee@example.com boss@example.com/ }).waitFor();
      await page.getByRole('button', { name: 'Check that nobody has changed it' }).click();
      await page.getByText(/All \d+ entries are as they were written/).waitFor();

      await page.getByRole('button', { name: 'Enable: employee@example.com' }).click();
      await page.getByRole('button', { name: 'Disable: employee@example.com' }).waitFor();
      await employee.signIn('employee@example.com');
    });

    it('do nothing to themselves, and see nothing of others without the role', async () => {
      const { page, ...boss } = await sitDown();
      await boss.signIn('boss@example.com');
      await page.goto('/people');
      await page.getByRole('button', { name: 'Disable: boss@example.com' }).click();
      await page.getByText('Nobody does this to their own account.').waitFor();

      const curious = await sitDown();
      await curious.register('curious@example.com');
      await curious.page.goto('/people');
      await curious.page.getByRole('heading', { name: 'This page is for the boss only' }).waitFor();
    });
  });
}

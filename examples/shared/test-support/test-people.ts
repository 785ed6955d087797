import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserUser, browserTestTimeoutMs, createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { password, register } from './http-client.js';

/** What the boss sees and does about people, in a real browser. */
export function testPeople(app: ExampleApp): void {
  describe(`people of the ${app.name} app`, { timeout: browserTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let browser: Browser;
    const complaints: string[] = [];
    const users: BrowserUser[] = [];

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, {
        STORE: 'memory',
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

    /** Somebody at their own browser, and the boss at the page with their row. */
    const openPeople = async (email: string) => {
      const employee = await sitDown();
      await employee.register(email);
      const { page, ...boss } = await sitDown();
      await boss.signIn('boss@example.com');
      await page.getByRole('link', { name: 'People' }).click();
      const row = page.locator('#people tr', { hasText: email });
      await row.waitFor();
      return { employee, page, row };
    };

    it('are disabled at once and enabled again, and what happened is written down', async () => {
      const employee = await sitDown();
      await employee.register('employee@example.com');
      const { page, ...boss } = await sitDown();
      await boss.signIn('boss@example.com');
      await page.getByRole('link', { name: 'People' }).click();
      await page.getByRole('button', { name: 'Disable: employee@example.com' }).click();
      await page.getByRole('button', { name: 'Enable: employee@example.com' }).waitFor();

      await employee.landsOnSignIn(/You have been signed out/);

      const act = /user_disabled employee@example.com boss@example.com success 127\.0\.0\.1 Mozilla/;
      await page.getByRole('row', { name: act }).waitFor();
      await page.getByRole('button', { name: 'Check that nobody has changed it' }).click();
      await page.getByText(/All \d+ entries are as they were written/).waitFor();

      await page.getByRole('button', { name: 'Enable: employee@example.com' }).click();
      await page.getByRole('button', { name: 'Disable: employee@example.com' }).waitFor();
      await employee.signIn('employee@example.com');
    });

    it('are granted a role by the boss, which counts from their next click, and lose it as fast', async () => {
      const { page, employee, row } = await openPeople('granted@example.com');
      await page.getByLabel('To', { exact: true }).selectOption('granted@example.com');
      await page.getByLabel('Which role').selectOption('boss');
      await page.getByRole('button', { name: 'Grant', exact: true }).click();
      await row.getByText('boss, granted').waitFor();
      await page.getByRole('row', { name: /authz_change granted boss granted@example.com boss@/ }).waitFor();

      await employee.page.goto('/boss');
      await employee.page.getByRole('cell', { name: '€14,200' }).waitFor();

      // Now somebody has to stay.
      await page.getByRole('button', { name: 'Take away: boss from granted@example.com' }).click();
      await page.getByText('Somebody has to stay.').waitFor();
      await row.getByText('boss, granted').waitFor();
      await page.getByLabel('To', { exact: true }).selectOption('boss@example.com');
      await page.getByRole('button', { name: 'Grant', exact: true }).click();
      await page.getByRole('button', { name: 'Take away: boss from boss@example.com' }).waitFor();

      await page.getByRole('button', { name: 'Take away: boss from granted@example.com' }).click();
      await row.getByText('boss, granted').waitFor({ state: 'detached' });
      await employee.page.goto('/boss');
      await employee.page.getByRole('heading', { name: 'This page is for the boss only' }).waitFor();
    });

    it('are granted a role that the boss has made of permissions, until it is deleted', async () => {
      const { page, employee, row } = await openPeople('bookkeeper@example.com');
      await employee.page.goto('/boss');
      await employee.page.getByRole('heading', { name: 'This page is for the boss only' }).waitFor();

      await page.getByLabel('Name', { exact: true }).fill('boss');
      await page.getByLabel('payroll:read').check();
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText('This name belongs to a role of the company.').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('bookkeeper');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByRole('row', { name: /^bookkeeper payroll:read/ }).waitFor();

      await page.getByLabel('To', { exact: true }).selectOption('bookkeeper@example.com');
      await page.getByLabel('Which role').selectOption('bookkeeper');
      await page.getByLabel('Until (may stay empty)').fill('2099-01-31T09:30');
      await page.getByRole('button', { name: 'Grant', exact: true }).click();
      await row.getByText(/bookkeeper, granted until 31 Jan 2099/).waitFor();
      await employee.page.goto('/boss');
      await employee.page.getByRole('cell', { name: '€14,200' }).waitFor();

      await page.getByRole('button', { name: 'Delete the role bookkeeper' }).click();
      await row.getByText('bookkeeper, granted').waitFor({ state: 'detached' });
      await employee.page.goto('/boss');
      await employee.page.getByRole('heading', { name: 'This page is for the boss only' }).waitFor();
    });

    it('get no role before the boss has proved anew who that is', async () => {
      const { page, row } = await openPeople('patient@example.com');
      // As after a long time; only this one answer is made up.
      await page.route(
        '**/auth/admin/users/*/roles/manager',
        (route) =>
          route.fulfill({
            ...{ status: 401, contentType: 'application/problem+json' },
            body: JSON.stringify({ status: 401, code: 'step_up_required' }),
          }),
        { times: 1 },
      );
      await page.getByLabel('To', { exact: true }).selectOption('patient@example.com');
      await page.getByLabel('Which role').selectOption('manager');
      await page.getByRole('button', { name: 'Grant', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Is it you?' });
      await dialog.getByLabel('Your password').fill(password);
      expect(await row.getByText('manager, granted').count()).toBe(0);
      await page.keyboard.press('Enter');
      await row.getByText('manager, granted').waitFor();
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

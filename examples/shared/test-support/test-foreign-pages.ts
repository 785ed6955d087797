/// <reference lib="dom" />
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserUser, browserTestTimeoutMs, createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { password } from './http-client.js';

/** The pages of somebody else, on any host name of this machine. */
async function startForeignSite(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Kittens</title><h1>Kittens</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  return { port: (server.address() as AddressInfo).port, server };
}

/**
 * What foreign pages try with the cookies of their visitor, in a real browser: from another site, to which the browser gives no
 * cookies, and from another port of the same host, to which it does.
 */
export function testForeignPages(app: ExampleApp): void {
  describe(`foreign pages and the ${app.name} app`, { timeout: browserTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let browser: Browser;
    let foreign: Awaited<ReturnType<typeof startForeignSite>>;
    const users: BrowserUser[] = [];

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, { STORE: 'memory' });
      browser = await startBrowser();
      foreign = await startForeignSite();
    });
    afterAll(async () => {
      foreign?.server.close();
      await browser?.close();
      await running?.stop();
      await folder.remove();
    });
    afterEach(async () => {
      for (const { context } of users.splice(0)) await context.close();
    });

    /** Somebody who is signed in, and opens a foreign page in the same browser. */
    const visit = async (email: string, host: string): Promise<{ user: BrowserUser; evil: Page }> => {
      const user = await createBrowserUser(browser, running.url, []);
      users.push(user);
      await user.register(email);
      const evil = await user.context.newPage();
      await evil.goto(`http://${host}:${foreign.port}/`);
      return { user, evil };
    };
    /** What became of the visitor: still signed in, under the same name and address. */
    const staysAsBefore = async ({ page, ...user }: BrowserUser, email: string): Promise<void> => {
      await user.openAccount();
      await page.getByRole('region', { name: `Hello, ${email}` }).waitFor();
      expect(await user.sessions().count()).toBe(1);
    };
    /** Has the browser send a form, as if the visitor had pressed a button, and waits for the answer. */
    const sendForm = async (page: Page, path: string, field: string, type: string): Promise<number> => {
      const answered = page.waitForResponse((response) => response.url() === running.url + path);
      await page.evaluate(
        ([action, name, enctype]) => {
          const form = Object.assign(document.createElement('form'), { action, enctype, method: 'post' });
          form.append(Object.assign(document.createElement('input'), { name, value: '"}' }));
          document.body.append(form);
          form.submit();
        },
        [running.url + path, field, type] as const,
      );
      return (await answered).status();
    };

    // The app runs on localhost.
    const hosts = { 'another site': '127.0.0.1', 'another port of the same host': 'localhost' };
    for (const [where, host] of Object.entries(hosts)) {
      const name = host.replaceAll('.', '-');

      it.each([
        ['/auth/logout', '', 'application/x-www-form-urlencoded'],
        ['/auth/sessions/revoke-all', '{"includeCurrent":true,"x":"', 'text/plain'],
        ['/auth/email/change', '{"newEmail":"eve@example.com","x":"', 'text/plain'],
        ['/auth/mfa/totp/enroll', '', 'application/x-www-form-urlencoded'],
        ['/auth/account', '{"_method":"DELETE","x":"', 'text/plain'],
        ['/api/reports', '{"title":"forged","x":"', 'text/plain'],
      ])(`${where} cannot have a form sent to %s`, async (path, field, type) => {
        const email = `form-${name}-${path.replaceAll('/', '-')}@example.com`;
        const { user, evil } = await visit(email, host);
        const status = await sendForm(evil, path, field, type);
        // Signing out without a session is no offence, and changes nothing.
        if (path !== '/auth/logout') expect(status).toBeGreaterThanOrEqual(400);
        await staysAsBefore(user, email);
        expect(await user.page.getByText('forged').count()).toBe(0);
      });

      it(`${where} cannot sign its visitor in as somebody else`, async () => {
        const email = `login-${name}@example.com`;
        const { user, evil } = await visit(email, host);
        const attacker = await createBrowserUser(browser, running.url, []);
        users.push(attacker);
        await attacker.register(`eve-${name}@example.com`);
        const field = `{"email":"eve-${name}@example.com","password":"${password}","x":"`;
        expect(await sendForm(evil, '/auth/login', field, 'text/plain')).toBeGreaterThanOrEqual(400);
        await staysAsBefore(user, email);
      });

      it(`${where} can neither read nor change anything by fetch`, async () => {
        const email = `fetch-${name}@example.com`;
        const { user, evil } = await visit(email, host);
        const seen = await evil.evaluate(async (url) => {
          const tries = [
            () => fetch(`${url}/auth/me`, { credentials: 'include' }),
            () => fetch(`${url}/auth/csrf`, { credentials: 'include' }),
            () => fetch(`${url}/auth/account/export`, { credentials: 'include' }),
            () =>
              fetch(`${url}/auth/sessions/revoke-all`, {
                ...{ method: 'POST', credentials: 'include', body: '{"includeCurrent":true}' },
                headers: { 'content-type': 'application/json' },
              }),
            // Without asking first: the request is sent, and the answer is kept from the page.
            () =>
              fetch(`${url}/auth/sessions/revoke-all`, {
                ...{ method: 'POST', credentials: 'include', body: '{"includeCurrent":true}' },
                mode: 'no-cors',
              }),
          ];
          const outcomes: string[] = [];
          for (const attempt of tries) {
            outcomes.push(
              await attempt().then(
                (response) => response.text(),
                (error: Error) => error.name,
              ),
            );
          }
          return outcomes;
        }, running.url);
        expect(seen).toEqual(Array<string>(5).fill('TypeError'));
        await staysAsBefore(user, email);
      });

      it(`${where} cannot put the app into a frame, nor its answers into a script`, async () => {
        const { evil } = await visit(`frame-${name}@example.com`, host);
        const loaded = await evil.evaluate(async (url) => {
          const frame = Object.assign(document.createElement('iframe'), { src: url });
          const script = Object.assign(document.createElement('script'), { src: `${url}/auth/me` });
          const scriptLoads = new Promise((resolve) => {
            script.addEventListener('load', () => resolve(true));
            script.addEventListener('error', () => resolve(false));
          });
          const frameSettles = new Promise((resolve) => frame.addEventListener('load', () => resolve(null)));
          document.body.append(frame, script);
          await frameSettles;
          return scriptLoads;
        }, running.url);
        expect(loaded).toBe(false);
        const frame = evil.frames().find((one) => one !== evil.mainFrame());
        expect(await frame?.locator('form').count()).toBe(0);
        expect(frame?.url()).toBe('chrome-error://chromewebdata/');
      });
    }
  });
}

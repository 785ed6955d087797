import { chromiumFlags } from '@tessera-auth/test-services';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { password } from './http-client.js';

/** A person at a browser of their own. */
export interface BrowserUser {
  readonly context: BrowserContext;
  readonly page: Page;
  register(email: string): Promise<void>;
  signIn(email: string, withPassword?: string): Promise<void>;
  /** Loads the page and waits until it shows the account. */
  openAccount(): Promise<void>;
  handInReport(title: string): Promise<void>;
  /** From now on the page opens sockets by which it hears nothing, as behind a proxy that passes nothing on. */
  muteSockets(): Promise<void>;
  /** Where they are signed in, the rows of the table. */
  sessions(): Locator;
  /** Resolves when the sign-in form is there with that notice. */
  landsOnSignIn(notice: RegExp): Promise<void>;
  /** Another tab of the same browser. */
  openTab(): Promise<BrowserUser>;
}

/** How long a test with a browser may take, where the browser, the server and other tests share a slow core. */
export const browserTestTimeoutMs = 90_000;
/** How long a step of it may: less, so that a failure names the step. */
const stepTimeoutMs = 25_000;

/** A browser in which nobody sits yet. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: inject('chromiumPath'), args: [...chromiumFlags] });
}

/**
 * The browser's own note of a refusal, such as a wrong password: expected wherever a test provokes one. A socket is refused when
 * the access token has expired a moment before.
 */
const refusalNote =
  /^Failed to load resource: the server responded with a status of (401|403|409|422|429) |^WebSocket connection to \S+\/live' failed: .*(Unexpected response code: 401|no valid credentials available)$/;

/**
 * Sits somebody down at a fresh browser profile.
 *
 * @param complaints gets everything that the console complains about, violations of the content security policy included.
 */
export async function createBrowserUser(
  browser: Browser,
  url: string,
  complaints: string[],
  userAgent?: string,
): Promise<BrowserUser> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    ...(userAgent !== undefined && { userAgent }),
  });
  context.setDefaultTimeout(stepTimeoutMs);
  context.on('console', (message) => {
    const isExpected = message.type() !== 'error' && message.type() !== 'warning';
    if (!isExpected && !refusalNote.test(message.text())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return openTab(context);
}

async function openTab(context: BrowserContext): Promise<BrowserUser> {
  const page = await context.newPage();
  await page.goto('/');
  const account = page.locator('#account');

  /** Fills in a form as a keyboard user does, and sends it with the Enter key. */
  const send = async (form: Locator, values: Readonly<Record<string, string>>): Promise<void> => {
    for (const [label, value] of Object.entries(values))
      await form.getByLabel(label, { exact: true }).fill(value);
    await page.keyboard.press('Enter');
  };

  return {
    context,
    page,
    async register(email) {
      await page.getByRole('button', { name: 'Create account', expanded: false }).click();
      await send(page.locator('#register-form'), { 'E-mail': email, Password: password });
      await account.waitFor();
    },
    async signIn(email, withPassword = password) {
      await send(page.locator('#sign-in-form'), { 'E-mail': email, Password: withPassword });
      await account.waitFor();
    },
    async openAccount() {
      await page.goto('/');
      await account.waitFor();
    },
    async handInReport(title) {
      await page.getByLabel('Title of a new report').fill(title);
      await page.getByRole('button', { name: 'Hand in' }).click();
    },
    muteSockets: () => page.routeWebSocket('**/live', () => {}),
    sessions: () => page.locator('#sessions tr'),
    async landsOnSignIn(notice) {
      await page.locator('#guest').getByText(notice).waitFor();
      await page.locator('#sign-in-form').waitFor();
    },
    openTab: () => openTab(context),
  };
}

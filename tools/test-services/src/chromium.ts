import { findBinary, isExecutable } from './find-binary.js';
import { provideProgram } from './provide-server.js';

/** What a headless Chromium needs as root, in a container, without a network. */
export const chromiumFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The path of a Chromium or Chrome: `TEST_CHROMIUM_PATH` if set, else from PATH or the applications of macOS, else
 * what the package manager installs. Start it with {@link chromiumFlags} and a fresh profile folder.
 *
 * @throws `Error` that says what to install when there is no way to have one.
 */
export async function findChromium(): Promise<string> {
  const named = process.env.TEST_CHROMIUM_PATH;
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return named;
    throw new Error(`TEST_CHROMIUM_PATH: there is no executable ${named}`);
  }
  const packages = { apt: 'chromium', brew: 'chromium' };
  return provideProgram(
    { name: 'Chromium', find: findInstalledChromium, packages },
    'Or set TEST_CHROMIUM_PATH.',
  );
}

async function findInstalledChromium(): Promise<string | null> {
  const onPath = await findBinary('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
  if (onPath !== null) return onPath;
  for (const name of ['Chromium', 'Google Chrome']) {
    const path = `/Applications/${name}.app/Contents/MacOS/${name}`;
    if (await isExecutable(path)) return path;
  }
  return null;
}

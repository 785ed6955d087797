import { change, get } from './api.js';
import { act, byId, create, onSubmit, say } from './dom.js';
import { withFreshProof } from './fresh-proof.js';
import { proofOf } from './proof-of-code.js';

/** Makes the card of the second factor work. `onChanged` is called when other sessions have ended with a change. */
export function setUpSecondFactor(onChanged, onProblem) {
  const card = byId('second-factor');
  const problem = byId('second-factor-problem');
  const button = (id, work) =>
    byId(id).addEventListener('click', ({ currentTarget }) => act(currentTarget, problem, work, onProblem));

  button('enroll', async () => {
    const enrollment = await withFreshProof(() => change('POST', '/auth/mfa/totp/enroll'));
    showEnrollment(card, enrollment);
    byId('enrollment').hidden = false;
    byId('enroll').hidden = true;
    byId('enrollment-code').focus();
  });
  onSubmit(
    byId('enrollment'),
    async ({ code }) => {
      const { backupCodes } = await withFreshProof(() => change('POST', '/auth/mfa/totp/confirm', { code }));
      await showSecondFactor();
      showBackupCodes(card, backupCodes);
      await onChanged();
    },
    onProblem,
  );
  button('renew-backup-codes', async () => {
    const { backupCodes } = await withFreshProof(() => change('POST', '/auth/mfa/backup-codes'));
    await showSecondFactor();
    showBackupCodes(card, backupCodes);
  });
  onSubmit(
    byId('remove-second-factor'),
    async ({ code }) => {
      await withFreshProof(() => change('DELETE', '/auth/mfa/totp', proofOf(code)));
      byId('remove-second-factor').reset();
      await showSecondFactor();
      await onChanged();
    },
    onProblem,
  );
}

/** Shows whether there is one. */
export async function showSecondFactor() {
  const { enabled, backupCodesLeft } = await get('/auth/mfa');
  byId('second-factor-state').textContent = enabled
    ? `A sign-in asks for a code of your authenticator app. ${backupCodesLeft} backup codes are left.`
    : 'A sign-in asks for your password only. An authenticator app makes a stolen password worthless.';
  byId('enroll').hidden = enabled;
  byId('enrollment').hidden = true;
  byId('second-factor-on').hidden = !enabled;
  forgetSecrets(byId('second-factor'));
}

/** The key for an authenticator app, as an image and as text. */
export function showEnrollment(place, { qrSvg, secret }) {
  // As a document of its own kind: what is parsed here is an image, and never markup of this page.
  const image = new DOMParser().parseFromString(qrSvg, 'image/svg+xml').documentElement;
  image.setAttribute('role', 'img');
  image.setAttribute('aria-label', 'QR code for the authenticator app');
  place.querySelector('.qr').replaceChildren(image);
  place.querySelector('.key').textContent = secret;
}

/** The codes, for the only time. */
export function showBackupCodes(place, codes) {
  const list = place.querySelector('.backup-codes');
  list.replaceChildren(...codes.map((code) => create('li', {}, create('code', {}, code))));
  place.querySelector('.backup').hidden = false;
}

/** Nothing of what was shown once stays on the page. */
export function forgetSecrets(place) {
  place.querySelector('.qr').replaceChildren();
  place.querySelector('.key').textContent = '';
  place.querySelector('.backup-codes').replaceChildren();
  place.querySelector('.backup').hidden = true;
  say(byId('second-factor-problem'), null);
}

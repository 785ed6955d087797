import { enter } from './api.js';
import { byId, onSubmit, say } from './dom.js';
import { proofOf } from './proof-of-code.js';
import { showBackupCodes, showEnrollment } from './second-factor.js';

const forms = ['sign-in-form', 'register-form', 'forgot-form', 'code-form', 'setup-form'];

// Of a sign-in that is half done. It opens nothing by itself, and is gone with the page.
let mfaToken = null;

/** The forms of somebody who is not signed in. `onEntered` is called when they are. */
export function setUpGuest(onEntered) {
  byId('show-sign-in').addEventListener('click', () => showForm('sign-in-form'));
  byId('show-register').addEventListener('click', () => showForm('register-form'));
  byId('show-forgot').addEventListener('click', () => showForm('forgot-form'));

  /** What a sign-in still needs, if anything. */
  const goOn = async (answer) => {
    if (answer.mfaRequired !== true) return onEntered();
    mfaToken = answer.mfaToken;
    if (!answer.setupRequired) return showForm('code-form');
    showEnrollment(byId('setup-form'), await enter('/auth/mfa/setup', { mfaToken }));
    showForm('setup-form');
  };
  /** A sign-in that took too long begins anew. */
  const beginAnew = (problem) => {
    if (problem.code !== 'mfa_token_invalid') return false;
    showGuest('That took too long. Sign in again.');
    return true;
  };

  onSubmit(
    byId('code-form'),
    async ({ code, remember }) => {
      await enter('/auth/mfa/verify', {
        ...{ mfaToken, ...proofOf(code) },
        ...(remember === 'on' && { rememberDevice: true }),
      });
      byId('code-form').reset();
      await onEntered();
    },
    beginAnew,
  );
  onSubmit(
    byId('setup-form'),
    async ({ code }) => {
      const { backupCodes } = await enter('/auth/mfa/setup/confirm', { mfaToken, code });
      byId('setup-form').reset();
      await onEntered();
      showBackupCodes(byId('second-factor'), backupCodes);
    },
    beginAnew,
  );
  onSubmit(byId('sign-in-form'), async ({ email, password }) => {
    const answer = await enter('/auth/login', { email, password });
    byId('sign-in-form').reset();
    await goOn(answer);
  });
  onSubmit(byId('register-form'), async ({ name, email, password }) => {
    const answer = await enter('/auth/register', { email, password, ...(name !== '' && { name }) });
    byId('register-form').reset();
    // Without a body there is no account yet, or there was one before: which of them is not said.
    if (answer === null) showGuest('Look into your mail: the link there makes the account.');
    else await goOn(answer);
  });
  onSubmit(byId('forgot-form'), async ({ email }) => {
    await enter('/auth/password/forgot', { email });
    byId('forgot-form').reset();
    showGuest('If there is an account with this address, a link is in its mail.');
  });
}

/** Puts the sign-in form in front, with a word on why it is there. */
export function showGuest(notice) {
  say(byId('guest-notice'), notice);
  showForm('sign-in-form');
}

function showForm(shown) {
  for (const id of forms) byId(id).hidden = id !== shown;
  byId('show-sign-in').ariaExpanded = String(shown === 'sign-in-form');
  byId('show-register').ariaExpanded = String(shown === 'register-form');
  byId(shown).querySelector('input').focus();
}

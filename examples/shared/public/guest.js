import { enter } from './api.js';
import { byId, onSubmit, say } from './dom.js';

const forms = ['sign-in-form', 'register-form', 'forgot-form'];

/** The forms of somebody who is not signed in. `onEntered` is called when they are. */
export function setUpGuest(onEntered) {
  byId('show-sign-in').addEventListener('click', () => showForm('sign-in-form'));
  byId('show-register').addEventListener('click', () => showForm('register-form'));
  byId('show-forgot').addEventListener('click', () => showForm('forgot-form'));

  onSubmit(byId('sign-in-form'), async ({ email, password }) => {
    await enter('/auth/login', { email, password });
    byId('sign-in-form').reset();
    await onEntered();
  });
  onSubmit(byId('register-form'), async ({ name, email, password }) => {
    const answer = await enter('/auth/register', { email, password, ...(name !== '' && { name }) });
    byId('register-form').reset();
    // Without a body there is no account yet, or there was one before: which of them is not said.
    if (answer === null) showGuest('Look into your mail: the link there makes the account.');
    else await onEntered();
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

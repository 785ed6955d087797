import { enter } from './api.js';
import { byId, onSubmit, say } from './dom.js';

/** The forms of somebody who is not signed in. `onEntered` is called when they are. */
export function setUpGuest(onEntered) {
  const signIn = { form: byId('sign-in-form'), button: byId('show-sign-in') };
  const register = { form: byId('register-form'), button: byId('show-register') };

  const show = (shown, other) => {
    shown.form.hidden = false;
    other.form.hidden = true;
    shown.button.ariaExpanded = 'true';
    other.button.ariaExpanded = 'false';
    shown.form.querySelector('input').focus();
  };
  signIn.button.addEventListener('click', () => show(signIn, register));
  register.button.addEventListener('click', () => show(register, signIn));

  onSubmit(signIn.form, async ({ email, password }) => {
    await enter('/auth/login', { email, password });
    signIn.form.reset();
    await onEntered();
  });
  onSubmit(register.form, async ({ name, email, password }) => {
    await enter('/auth/register', { email, password, ...(name !== '' && { name }) });
    register.form.reset();
    await onEntered();
  });
}

/** Puts the sign-in form in front, with a word on why it is there. */
export function showGuest(notice) {
  say(byId('guest-notice'), notice);
  byId('show-sign-in').click();
}

import { enter } from './api.js';
import { byId, onSubmit, say } from './dom.js';
import { takeTokenOfLink } from './token-of-link.js';

const form = byId('reset-form');

onSubmit(form, async ({ newPassword }) => {
  await enter('/auth/password/reset', { token, newPassword });
  form.reset();
  form.hidden = true;
  say(byId('reset-done'), 'Done. Sign in with the new password.');
});

// Only now: sent by the browser itself, the form would go to this address, token and all.
const token = takeTokenOfLink();
form.querySelector('button').disabled = false;

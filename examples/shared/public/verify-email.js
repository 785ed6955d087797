import { enter } from './api.js';
import { act, byId, say } from './dom.js';
import { takeTokenOfLink } from './token-of-link.js';

const token = takeTokenOfLink();
const button = byId('verify');

// By a click, and not by itself: programs that look into mail open links, too.
button.addEventListener('click', () =>
  act(button, byId('verify-problem'), async () => {
    await enter('/auth/email/verify', { token });
    button.hidden = true;
    say(byId('verify-done'), 'Confirmed. You can go to your account now.');
  }),
);
button.disabled = false;

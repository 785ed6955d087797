import { isProblem, leave } from './api.js';
import { act, byId } from './dom.js';
import { setUpEmail } from './email.js';
import { setUpGuest, showGuest } from './guest.js';
import { listen } from './live.js';
import { forgetMe, showMe } from './me.js';
import { setUpPassword } from './password.js';
import { forgetReports, setUpReports, showReports, tellReport } from './reports.js';
import { forgetSecrets, setUpSecondFactor, showSecondFactor } from './second-factor.js';
import { setUpSessions, showSessions } from './sessions.js';
import { inWords } from './words.js';

const views = ['loading', 'outage', 'guest', 'account'];
let stopListening = () => {};

function showView(name) {
  stopListening();
  if (name === 'account') stopListening = listen(showReports, tellReport, showMe, landOnSignIn);
  for (const view of views) byId(view).hidden = view !== name;
  byId('navigation').hidden = name !== 'account';
}

/** Shows the sign-in form and forgets what the page knew: the next one at this screen may be somebody else. */
function showGuestView(notice) {
  forgetMe();
  forgetSecrets(byId('second-factor'));
  forgetReports();
  byId('sessions').replaceChildren();
  for (const form of document.forms) form.reset();
  showView('guest');
  showGuest(notice);
}

/** Shows the account, or the sign-in form, or that neither is to be had. */
async function open() {
  try {
    await showMe();
    await Promise.all([showSessions(), showReports(), showSecondFactor()]);
    showView('account');
  } catch (problem) {
    if (!isProblem(problem)) throw problem;
    if (isSignedOut(problem)) return showGuestView(null);
    byId('outage-message').textContent = inWords(problem);
    showView('outage');
  }
}

/** A 401 too, and no reason to go. */
const keepsSession = ['credentials_invalid', 'step_up_required', 'mfa_code_invalid', 'mfa_code_required'];

function isSignedOut({ status, code }) {
  return status === 401 && !keepsSession.includes(code);
}

/** Whoever is signed out lands on the sign-in form. @returns whether that was the problem. */
function landOnSignIn(problem) {
  if (!isSignedOut(problem)) return false;
  // The first of several to notice says so, and the others leave it there.
  if (!byId('account').hidden) showGuestView('You have been signed out. Sign in again to go on.');
  return true;
}

setUpGuest(open);
setUpSessions(landOnSignIn);
setUpReports(landOnSignIn);
setUpPassword(showSessions, landOnSignIn);
setUpEmail(landOnSignIn);
setUpSecondFactor(showSessions, landOnSignIn);

byId('try-again').addEventListener('click', open);
byId('sign-out').addEventListener('click', ({ currentTarget }) =>
  act(
    currentTarget,
    byId('sessions-problem'),
    async () => {
      await leave();
      showGuestView('You have signed out.');
    },
    landOnSignIn,
  ),
);

open();

import { change, isProblem } from './api.js';
import { byId, say } from './dom.js';
import { proofOf } from './proof-of-code.js';
import { inWords } from './words.js';

/** Runs `work`; where it wants a fresh proof of who is there, asks for one, and runs it again. */
export async function withFreshProof(work) {
  try {
    return await work();
  } catch (problem) {
    if (problem.code !== 'step_up_required') throw problem;
    await askForProof();
    return work();
  }
}

/** Resolves when the proof was good. @throws {Problem} `step_up_required` when nobody wanted to give one. */
function askForProof() {
  const dialog = byId('proof');
  const form = byId('proof-form');
  const message = byId('proof-problem');
  form.reset();
  byId('proof-code-field').hidden = true;
  say(message, null);
  dialog.showModal();

  return new Promise((resolve, reject) => {
    const close = () => {
      form.removeEventListener('submit', submit);
      form.reset();
      dialog.removeEventListener('close', refuse);
      dialog.close();
    };
    const refuse = () => {
      close();
      reject({ status: 401, code: 'step_up_required' });
    };
    const submit = async (event) => {
      event.preventDefault();
      const { password, code } = Object.fromEntries(new FormData(form));
      try {
        await change('POST', '/auth/reauthenticate', { password, ...(code !== '' && proofOf(code)) });
        close();
        resolve();
      } catch (problem) {
        if (!isProblem(problem)) throw problem;
        if (problem.code === 'mfa_code_required') {
          byId('proof-code-field').hidden = false;
          byId('proof-code').focus();
        }
        say(message, inWords(problem));
      }
    };
    form.addEventListener('submit', submit);
    dialog.addEventListener('close', refuse);
  });
}

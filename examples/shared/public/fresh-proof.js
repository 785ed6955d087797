import { change, isProblem } from './api.js';
import { byId, create, say } from './dom.js';
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

/** The dialog, made when it is needed for the first time. */
function openDialog() {
  if (byId('proof') === null) document.body.append(createDialog());
  byId('proof-form').reset();
  byId('proof-code-field').hidden = true;
  say(byId('proof-problem'), null);
  byId('proof').showModal();
}

function createDialog() {
  const field = (id, name, label, properties) => [
    create('label', { htmlFor: id }, label),
    create('input', { id, name, ...properties }),
  ];
  const dialog = create(
    'dialog',
    { id: 'proof', className: 'card narrow' },
    create(
      'form',
      { id: 'proof-form', method: 'post' },
      create('h2', { id: 'proof-title' }, 'Is it you?'),
      create('p', { className: 'hint' }, 'For this we want to be sure that it is you at this screen.'),
      ...field('proof-password', 'password', 'Your password', {
        ...{ type: 'password', autocomplete: 'current-password', required: true },
      }),
      create(
        'div',
        { id: 'proof-code-field', hidden: true },
        ...field('proof-code', 'code', 'Code of the app, or a backup code', {
          ...{ autocomplete: 'one-time-code', maxLength: 64 },
        }),
      ),
      create('p', { id: 'proof-problem', className: 'problem', role: 'alert', hidden: true }),
      create('button', { type: 'submit', className: 'primary' }, 'Go on'),
    ),
  );
  dialog.setAttribute('aria-labelledby', 'proof-title');
  return dialog;
}

/** Resolves when the proof was good. @throws {Problem} `step_up_required` when nobody wanted to give one. */
function askForProof() {
  openDialog();
  const dialog = byId('proof');
  const form = byId('proof-form');
  const message = byId('proof-problem');

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

import { change } from './api.js';
import { byId, onSubmit, say } from './dom.js';
import { withFreshProof } from './fresh-proof.js';

/** Makes the form for a new address work. `onProblem` hears of every problem first. */
export function setUpEmail(onProblem) {
  const form = byId('email-form');
  const done = byId('email-done');
  onSubmit(
    form,
    async ({ newEmail }) => {
      say(done, null);
      await withFreshProof(() => change('POST', '/auth/email/change', { newEmail }));
      form.reset();
      say(done, 'Look into the mail of the new address, and open the link there.');
    },
    onProblem,
  );
}

import { change } from './api.js';
import { byId, onSubmit, say } from './dom.js';

/** Makes the form for a new password work. `onChanged` is called when it is in force. */
export function setUpPassword(onChanged, onProblem) {
  const form = byId('password-form');
  const done = byId('password-done');
  onSubmit(
    form,
    async ({ currentPassword, newPassword }) => {
      say(done, null);
      await change('POST', '/auth/password/change', { currentPassword, newPassword });
      for (const id of ['current-password', 'new-password']) byId(id).value = '';
      say(done, 'Changed. All your other sessions have ended.');
      await onChanged();
    },
    onProblem,
  );
}

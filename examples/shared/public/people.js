import { change, get, isProblem } from './api.js';
import { act, byId, create, createTime, say } from './dom.js';
import { withFreshProof } from './fresh-proof.js';
import { inWords } from './words.js';

let next = null;
/** Who has which address, as far as they are on the page. */
const addresses = new Map();

async function showPeople() {
  next = null;
  byId('people').replaceChildren(...(await loadPeople()));
}

async function loadPeople() {
  const page = await get(`/auth/admin/users${next === null ? '' : `?cursor=${encodeURIComponent(next)}`}`);
  next = page.next;
  byId('more-people').hidden = next === null;
  return page.users.map(createPerson);
}

function createPerson({ id, email, roles, disabledAt }) {
  addresses.set(id, email);
  const acts =
    disabledAt === null
      ? [createAct(id, email, 'disable', 'Disable'), createAct(id, email, 'sessions', 'Sign out')]
      : [createAct(id, email, 'enable', 'Enable')];
  return create(
    'tr',
    {},
    create('td', {}, email),
    create('td', {}, roles.join(', ')),
    create('td', {}, disabledAt === null ? 'active' : 'disabled'),
    create('td', {}, ...acts),
  );
}

function createAct(id, email, name, label) {
  const button = create('button', { type: 'button' }, label);
  Object.assign(button.dataset, { userId: id, act: name });
  button.ariaLabel = `${label}: ${email}`;
  return button;
}

/** Why something was refused. Text that somebody changed in the database may be no JSON any more. */
function listReasons({ missing, name, refusal }) {
  return [missing, name, refusal].filter((reason) => typeof reason === 'string');
}

async function showAudit() {
  // The newest are at the end; a small company reads it in one go.
  const { entries } = await get('/auth/admin/audit?limit=1000');
  const nameOf = (id) => (id === null ? '' : (addresses.get(id) ?? 'somebody who is gone'));
  byId('audit').replaceChildren(
    ...entries
      .toReversed()
      .map(({ at, type, userId, actorId, details }) =>
        create(
          'tr',
          {},
          create('td', {}, createTime(at)),
          create('td', {}, [type, ...listReasons(details)].join(' ')),
          create('td', {}, nameOf(userId)),
          create('td', {}, nameOf(actorId)),
        ),
      ),
  );
}

byId('people').addEventListener('click', ({ target }) => {
  const { userId, act: name } = target.dataset;
  if (userId === undefined) return;
  const method = name === 'sessions' ? 'DELETE' : 'POST';
  act(target, byId('people-problem'), async () => {
    await withFreshProof(() => change(method, `/auth/admin/users/${userId}/${name}`));
    await showPeople();
    await showAudit();
  });
});
byId('more-people').addEventListener('click', ({ currentTarget }) =>
  act(currentTarget, byId('people-problem'), async () => byId('people').append(...(await loadPeople()))),
);
byId('verify-audit').addEventListener('click', ({ currentTarget }) =>
  act(currentTarget, byId('audit-problem'), async () => {
    say(byId('audit-verdict'), null);
    const { intact, checked, firstBroken } = await get('/auth/admin/audit/verify');
    if (intact) say(byId('audit-verdict'), `All ${checked} entries are as they were written.`);
    else say(byId('audit-problem'), `Entry ${firstBroken.seq} is not as it was written.`);
  }),
);

try {
  await showPeople();
  await showAudit();
} catch (problem) {
  if (!isProblem(problem)) throw problem;
  if (problem.status === 401) location.assign('/');
  else say(byId('people-problem'), inWords(problem));
}

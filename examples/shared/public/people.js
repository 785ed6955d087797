import { change, get, isProblem } from './api.js';
import { act, byId, create, createTime, onSubmit, say } from './dom.js';
import { withFreshProof } from './fresh-proof.js';
import { inWords } from './words.js';

let next = null;
/** Who has which address, as far as they are on the page. */
const addresses = new Map();

async function showPeople() {
  next = null;
  addresses.clear();
  byId('people').replaceChildren(...(await loadPeople()));
}

/** After a change: all that may look different now. */
async function showAll() {
  await showPeople();
  await showRoles();
  await showAudit();
}

async function loadPeople() {
  const page = await get(`/auth/admin/users${next === null ? '' : `?cursor=${encodeURIComponent(next)}`}`);
  next = page.next;
  byId('more-people').hidden = next === null;
  const people = await Promise.all(
    page.users.map(async (user) => createPerson(user, await loadAssignments(user.id))),
  );
  const chosen = byId('grant-user').value;
  byId('grant-user').replaceChildren(
    ...[...addresses].map(([value, email]) => create('option', { value }, email)),
  );
  if (addresses.has(chosen)) byId('grant-user').value = chosen;
  return people;
}

/** What somebody was granted: all of it, however many pages. */
async function loadAssignments(id) {
  const all = [];
  let cursor = null;
  do {
    const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = await get(`/auth/admin/users/${id}/roles${query}`);
    all.push(...page.assignments);
    cursor = page.next;
  } while (cursor !== null);
  return all;
}

function createPerson({ id, email, roles, disabledAt }, assignments) {
  addresses.set(id, email);
  const acts =
    disabledAt === null
      ? [createAct(id, email, 'disable', 'Disable'), createAct(id, email, 'sessions', 'Sign out')]
      : [createAct(id, email, 'enable', 'Enable')];
  return create(
    'tr',
    {},
    create('td', {}, email),
    create('td', {}, roles.join(', '), createHeld(id, email, assignments)),
    create('td', {}, disabledAt === null ? 'active' : 'disabled'),
    create('td', {}, ...acts),
  );
}

function createHeld(id, email, assignments) {
  return create(
    'ul',
    { className: 'held' },
    ...assignments.map(({ role, expiresAt }) => {
      const end = expiresAt === null ? [] : [' until ', createTime(expiresAt)];
      const button = createAct(id, email, 'revoke', 'Take away');
      button.dataset.role = role;
      button.ariaLabel = `Take away: ${role} from ${email}`;
      return create('li', {}, `${role}, granted`, ...end, ' ', button);
    }),
  );
}

async function showRoles() {
  const { roles } = await get('/auth/admin/roles');
  byId('roles').replaceChildren(...roles.map(createRole));
  const chosen = byId('grant-role').value;
  byId('grant-role').replaceChildren(...roles.map(({ name }) => create('option', { value: name }, name)));
  if (roles.some(({ name }) => name === chosen)) byId('grant-role').value = chosen;
  if (byId('role-permissions').hasChildNodes()) return;
  // Nobody gives more than they hold, and the roles of the company hold all that there is.
  const permissions = roles.filter(({ isCustom }) => !isCustom).flatMap((role) => role.permissions);
  byId('role-permissions').replaceChildren(
    ...[...new Set(permissions)].map((value) =>
      create(
        'label',
        { className: 'check' },
        create('input', { type: 'checkbox', name: 'permission', value }),
        value,
      ),
    ),
  );
}

function createRole({ name, permissions, isCustom }) {
  const button = create('button', { type: 'button', ariaLabel: `Delete the role ${name}` }, 'Delete');
  button.dataset.role = name;
  return create(
    'tr',
    {},
    create('td', {}, name),
    create('td', {}, permissions.join(', ')),
    create('td', {}, ...(isCustom ? [button] : [])),
  );
}

function createAct(id, email, name, label) {
  const button = create('button', { type: 'button' }, label);
  Object.assign(button.dataset, { userId: id, act: name });
  button.ariaLabel = `${label}: ${email}`;
  return button;
}

/** Why something was refused, or what was done to which role. Text that somebody changed in the database may be no JSON any more. */
function listReasons({ missing, name, refusal, act: what, role }) {
  return [missing, name, refusal, what, role].filter((reason) => typeof reason === 'string');
}

async function showAudit() {
  // The newest are at the end; a small company reads it in one go.
  const { entries } = await get('/auth/admin/audit?limit=1000');
  const nameOf = (id) => (id === null ? '' : (addresses.get(id) ?? 'somebody who is gone'));
  byId('audit').replaceChildren(
    ...entries
      .toReversed()
      .map(({ at, type, outcome, userId, actorId, ip, userAgent, details }) =>
        create(
          'tr',
          {},
          create('td', {}, createTime(at)),
          create('td', {}, [type, ...listReasons(details)].join(' ')),
          create('td', {}, nameOf(userId)),
          create('td', {}, nameOf(actorId)),
          create('td', {}, outcome ?? ''),
          create('td', {}, ip ?? ''),
          create('td', { className: 'agent' }, userAgent ?? ''),
        ),
      ),
  );
}

byId('people').addEventListener('click', ({ target }) => {
  const { userId, act: name, role } = target.dataset;
  if (userId === undefined) return;
  const isPost = name === 'disable' || name === 'enable';
  const path = name === 'revoke' ? `roles/${encodeURIComponent(role)}` : name;
  act(target, byId('people-problem'), async () => {
    await withFreshProof(() => change(isPost ? 'POST' : 'DELETE', `/auth/admin/users/${userId}/${path}`));
    await showAll();
  });
});
byId('roles').addEventListener('click', ({ target }) => {
  const { role } = target.dataset;
  if (role === undefined) return;
  act(target, byId('roles-problem'), async () => {
    await withFreshProof(() => change('DELETE', `/auth/admin/roles/${encodeURIComponent(role)}`));
    await showAll();
  });
});
onSubmit(byId('grant-form'), async ({ userId, role, end }) => {
  const expiresAt = end === '' ? null : new Date(end).toISOString();
  const path = `/auth/admin/users/${userId}/roles/${encodeURIComponent(role)}`;
  await withFreshProof(() => change('PUT', path, { expiresAt }));
  byId('grant-end').value = '';
  await showAll();
});
onSubmit(byId('role-form'), async ({ name }) => {
  const permissions = new FormData(byId('role-form')).getAll('permission');
  await withFreshProof(() => change('POST', '/auth/admin/roles', { name, permissions }));
  byId('role-form').reset();
  await showAll();
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
  await showAll();
} catch (problem) {
  if (!isProblem(problem)) throw problem;
  if (problem.status === 401) location.assign('/');
  else say(byId('people-problem'), inWords(problem));
}

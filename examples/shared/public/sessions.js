import { change, get } from './api.js';
import { act, byId, create, createTime } from './dom.js';
import { withFreshProof } from './fresh-proof.js';

let next = null;

/** Makes the list of sessions work. `onProblem` hears of every problem first. */
export function setUpSessions(onProblem) {
  const message = byId('sessions-problem');
  byId('end-others').addEventListener('click', ({ currentTarget }) =>
    act(
      currentTarget,
      message,
      async () => {
        await withFreshProof(() => change('POST', '/auth/sessions/revoke-all', {}));
        await showSessions();
      },
      onProblem,
    ),
  );
  byId('more-sessions').addEventListener('click', ({ currentTarget }) =>
    act(currentTarget, message, async () => byId('sessions').append(...(await loadRows())), onProblem),
  );
  byId('sessions').addEventListener('click', ({ target }) => {
    const { sessionId } = target.dataset;
    if (sessionId === undefined) return;
    act(
      target,
      message,
      async () => {
        await withFreshProof(() => change('DELETE', `/auth/sessions/${sessionId}`));
        await showSessions();
      },
      onProblem,
    );
  });
}

/** Shows where the user is signed in, newest first. */
export async function showSessions() {
  next = null;
  byId('sessions').replaceChildren(...(await loadRows()));
}

async function loadRows() {
  const page = await get(`/auth/sessions${next === null ? '' : `?cursor=${encodeURIComponent(next)}`}`);
  next = page.next;
  byId('more-sessions').hidden = next === null;
  return page.sessions.map(createRow);
}

function createRow({ id, device, browser, os, ip, createdAt, lastSeenAt, current }) {
  const name = [browser ?? 'Unknown browser', os, device].filter((part) => part !== null).join(' · ');
  const button = create('button', { type: 'button' }, current ? 'Sign out here' : 'Sign out');
  button.dataset.sessionId = id;
  button.ariaLabel = `${button.textContent}: ${name}`;
  return create(
    'tr',
    {},
    create('td', {}, name, ...(current ? [create('span', { className: 'badge good' }, 'this session')] : [])),
    createCell('Address', ip ?? 'unknown'),
    createCell('Signed in', createTime(createdAt)),
    createCell('Last seen', createTime(lastSeenAt)),
    create('td', {}, button),
  );
}

/** On a narrow screen the label stands in for the head of the table. */
function createCell(label, content) {
  const cell = create('td', {}, content);
  cell.dataset.label = label;
  return cell;
}

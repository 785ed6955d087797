import { get } from './api.js';
import { byId, create, createTime } from './dom.js';

let lastAsked = 0;

/** Shows who is signed in and what they may do. */
export async function showMe() {
  const asked = ++lastAsked;
  const { user, roles, permissions, assurance } = await get('/auth/me');
  // Who has left is not shown any more.
  if (asked !== lastAsked) return;
  const toBadge = (text) => create('span', { className: 'badge' }, text);
  byId('me-title').textContent = `Hello, ${user.name ?? user.email}`;
  byId('me-email').textContent = user.email;
  byId('me-roles').replaceChildren(...roles.map(toBadge));
  byId('me-permissions').replaceChildren(...permissions.map(toBadge));
  byId('me-signed-in').replaceChildren(createTime(assurance.authTime));
  byId('password-username').value = user.email;
}

/** Leaves nothing of it on the page. */
export function forgetMe() {
  lastAsked++;
  for (const id of ['me-title', 'me-email', 'me-roles', 'me-permissions', 'me-signed-in'])
    byId(id).replaceChildren();
}

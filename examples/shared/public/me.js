import { get } from './api.js';
import { byId, create, createTime } from './dom.js';

/** Shows who is signed in and what they may do. */
export async function showMe() {
  const { user, roles, permissions, assurance } = await get('/auth/me');
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
  for (const id of ['me-title', 'me-email', 'me-roles', 'me-permissions', 'me-signed-in'])
    byId(id).replaceChildren();
}

import { get } from './api.js';
import { byId, create, createTime } from './dom.js';

const { mails } = await get('/dev/inbox.json');

byId('inbox').replaceChildren(
  ...(mails.length === 0 ? [create('li', { className: 'hint' }, 'Nothing yet.')] : mails.map(createItem)),
);

function createItem({ to, subject, text, url, at }) {
  const link = url === undefined ? [] : [create('a', { href: url }, 'Open the link')];
  return create(
    'li',
    {},
    create(
      'article',
      { className: 'mail' },
      create('h2', {}, subject),
      create('p', { className: 'hint' }, `to ${to}, `, createTime(at)),
      create('pre', {}, text),
      ...link,
    ),
  );
}

import { posix } from 'node:path';
import { defineConfig } from 'vitepress';

/** The pages of the guide, in the order in which they are read. */
export const guide = {
  'To begin with': {
    'getting-started': 'Getting started',
    sessions: 'Sessions',
    revocation: 'Revocation',
    'transports-and-csrf': 'Transports and CSRF',
    errors: 'Errors',
  },
  Accounts: {
    accounts: 'Accounts',
    'passwords-and-migrating-hashes': 'Passwords',
    email: 'Addresses and mail',
    'second-factor': 'Second factor',
    throttling: 'Throttling',
    audit: 'Audit',
    data: 'What is kept',
  },
  Authorization: {
    'roles-and-guards': 'Roles and guards',
    authorization: 'Authorization',
    'list-filters': 'List filters',
    'row-level-security': 'Row level security',
    websockets: 'WebSockets',
    'migrating-from-casl': 'Migrating from CASL',
    'migrating-from-casbin': 'Migrating from Casbin',
    'migrating-from-accesscontrol': 'Migrating from accesscontrol',
  },
  'Running it': {
    'http-edge': 'The edge',
    postgres: 'Postgres',
    profiles: 'Profiles',
    'rotating-secrets-and-keys': 'Rotating secrets and keys',
    operations: 'Operations',
    'threat-model': 'Threat model',
  },
  'Adding to it': {
    'writing-a-store-adapter': 'Writing a store adapter',
    'writing-a-binding': 'Writing a binding',
  },
} as const;

const repository = 'https://github.com/tessera-auth/tessera';

/** Where a link of a page leads that is to something else in the repository; `null` for one within the site. */
function outsideOf(page: string, href: string): string | null {
  if (!href.startsWith('.')) return null;
  const path = posix.join('docs', posix.dirname(page), href);
  return path.startsWith('docs/') ? null : `${repository}/tree/main/${path}`;
}

/** The site. A link that leads nowhere fails the build. */
export default defineConfig({
  title: 'Tessera',
  description: 'Authentication and authorization for TypeScript servers',
  cleanUrls: true,
  srcExclude: ['**/node_modules/**', 'test/**'],
  markdown: {
    config: (md) => {
      md.core.ruler.push('links-into-the-repository', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const outside = outsideOf(env.relativePath, token.attrGet('href') ?? '');
          if (outside !== null) token.attrSet('href', outside);
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'API', link: '/api/' },
      { text: 'Decisions', link: '/decisions/' },
    ],
    sidebar: [
      ...Object.entries(guide).map(([text, pages]) => ({
        text,
        items: Object.entries(pages).map(([file, title]) => ({ text: title, link: `/guide/${file}` })),
      })),
      {
        text: 'Behind it',
        items: [
          { text: 'Architecture', link: '/architecture' },
          { text: 'Performance', link: '/performance' },
          { text: 'OWASP ASVS', link: '/asvs' },
          { text: 'Advisories of others', link: '/advisories' },
          { text: 'Decisions', link: '/decisions/' },
          { text: 'API', link: '/api/' },
        ],
      },
    ],
    socialLinks: [{ icon: 'github', link: repository }],
  },
});

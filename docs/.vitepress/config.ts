import { defineConfig } from 'vitepress';

const guide = {
  'getting-started': 'Getting started',
  sessions: 'Sessions',
  revocation: 'Revocation',
  'transports-and-csrf': 'Transports and CSRF',
  'roles-and-guards': 'Roles and guards',
  websockets: 'WebSockets',
  'list-filters': 'List filters',
  'row-level-security': 'Row level security',
  authorization: 'Authorization',
  'migrating-from-casl': 'Migrating from CASL',
  'migrating-from-casbin': 'Migrating from Casbin',
  'migrating-from-accesscontrol': 'Migrating from accesscontrol',
  accounts: 'Accounts',
  'passwords-and-migrating-hashes': 'Passwords',
  postgres: 'Postgres',
  errors: 'Errors',
  'rotating-secrets-and-keys': 'Rotating secrets and keys',
  'threat-model': 'Threat model',
  operations: 'Operations',
  'writing-a-store-adapter': 'Writing a store adapter',
  'writing-a-binding': 'Writing a binding',
};

/** The site. A link that leads nowhere fails the build. */
export default defineConfig({
  title: 'Tessera',
  description: 'Authentication and authorization for TypeScript servers',
  cleanUrls: true,
  srcExclude: ['**/node_modules/**', 'test/**'],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'API', link: '/api/' },
      { text: 'Decisions', link: '/decisions/' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: Object.entries(guide).map(([file, text]) => ({ text, link: `/guide/${file}` })),
      },
      {
        text: 'Behind it',
        items: [
          { text: 'Architecture', link: '/architecture' },
          { text: 'Performance', link: '/performance' },
          { text: 'Decisions', link: '/decisions/' },
          { text: 'API', link: '/api/' },
        ],
      },
    ],
    socialLinks: [{ icon: 'github', link: 'https://github.com/tessera-auth/tessera' }],
  },
});

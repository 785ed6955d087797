import { definePolicy } from '@tessera-auth/core/authorization';

export const policy = definePolicy({
  resources: { notes: { actions: ['read'], attributes: { title: 'string' } } },
  roles: { reader: { can: ['notes:read'] } },
  rules: (rule) => [
    rule.deny('</td><script>alert(1)</script><img src=x onerror="alert(2)">', {
      to: 'notes:read',
      when: ({ resource }) => resource.title.equals('\'"><style>*{display:none}</style>&amp;'),
    }),
    rule.deny('\u001b[2K\u001b[1Aharmless\r\u202Eelbisiv ton', {
      to: 'notes:read',
      when: ({ resource }) => resource.title.equals('\u001b]0;title\u0007'),
    }),
  ],
});

import { createServer } from 'node:net';
import { contentPreset, definePolicy } from '@tessera-auth/core/authorization';

createServer().listen(0, '127.0.0.1');

export const policy = definePolicy({
  ...contentPreset,
  roles: { ...contentPreset.roles, idle: {} },
});

import { createServer } from 'node:net';
import { definePolicy } from '@tessera-auth/core/authorization';
import { contentPreset } from '@tessera-auth/core/authorization/presets';

createServer().listen(0, '127.0.0.1');

export const policy = definePolicy({
  ...contentPreset,
  roles: { ...contentPreset.roles, idle: {} },
});

import { definePolicy } from '@tessera-auth/core/authorization';

export const policy = definePolicy({ roles: { a: { inherits: ['b'] }, b: { inherits: ['a'] } } });

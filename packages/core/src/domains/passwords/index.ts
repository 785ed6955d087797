export type { Argon2Parameters } from './hashes/argon2-parameters.js';
export * from './is-supported-hash.js';
export type { PasswordsOptions } from './password-options.js';
export { createPasswords, type Passwords, type PasswordVerdict } from './passwords.js';

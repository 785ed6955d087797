export { type MfaOptions, type MfaPolicy, readMfaPolicy } from './mfa-policy.js';
export * from './second-factors.js';

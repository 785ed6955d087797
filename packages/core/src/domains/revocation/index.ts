export type { RevocationCheck, RevocationState, RevocationStatus } from './revocation-check.js';
export type { RevocationPolicy, RevocationPolicyOptions } from './revocation-policy.js';
export * from './revocations.js';

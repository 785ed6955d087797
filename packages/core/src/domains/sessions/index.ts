export { describeDevice, readUserAgent } from './device.js';
export { refreshTokenLength } from './refresh-token.js';
export type { SessionPolicy, SessionPolicyOptions } from './session-policy.js';
export * from './sessions.js';

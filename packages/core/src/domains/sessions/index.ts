export { describeDevice, readUserAgent } from './device.js';
export type { HeldSession } from './held-session.js';
export type { RefreshOutcome } from './refresh-session.js';
export { refreshTokenLength } from './refresh-token.js';
export type { SessionPolicy, SessionPolicyOptions } from './session-policy.js';
export * from './sessions.js';

export type { AccountAct } from './account-act.js';
export type { PasswordChange } from './change-password.js';
export type { ClientOrigin, FlowContext } from './flow-context.js';
export { createFlows, type Flows } from './flows.js';
export type { RefreshRequest } from './refresh.js';
export type { Registration } from './register.js';
export type { PasswordClaim } from './sign-in-with-password.js';
export type { SignOutRequest } from './sign-out.js';
export type { SignedIn } from './signed-in.js';

/** The same object under two names is one policy. */
export { policy, policy as samePolicy } from './company.js';

export { answerRefusals } from './answer-refusals.js';
export { mount } from './mount.js';
export { type ProtectHook, protect } from './protect.js';

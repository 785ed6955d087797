export { answerRefusals } from './answer-refusals.js';
export { mount } from './mount.js';
export { protect } from './protect.js';

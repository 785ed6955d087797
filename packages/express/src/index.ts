export { mount } from './mount.js';
export { protect } from './protect.js';

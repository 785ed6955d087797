export type { ExampleApp } from './example-app.js';
export { testBrowser } from './test-browser.js';
export { testForeignPages } from './test-foreign-pages.js';
export { testHttp } from './test-http.js';
export { testLifecycle } from './test-lifecycle.js';
export { testMail } from './test-mail.js';
export { testOutage, testRedisOutage } from './test-outage.js';
export { testSecondFactor } from './test-second-factor.js';
export { testRedis, testStores } from './test-stores.js';

import { testRedis, testStores } from '@tessera-auth/example-shared/test-support';
import { expressApp } from './express-app.js';

testStores(expressApp);
testRedis(expressApp);

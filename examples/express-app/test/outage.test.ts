import { testOutage, testRedisOutage } from '@tessera-auth/example-shared/test-support';
import { expressApp } from './express-app.js';

testOutage(expressApp);
testRedisOutage(expressApp);

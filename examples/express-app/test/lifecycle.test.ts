import { testLifecycle } from '@tessera-auth/example-shared/test-support';
import { expressApp } from './express-app.js';

testLifecycle(expressApp);

import { testWholeLife } from '@tessera-auth/example-shared/test-support';
import { expressApp } from './express-app.js';

testWholeLife(expressApp);

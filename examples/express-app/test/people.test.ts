import { testPeople } from '@tessera-auth/example-shared/test-support';
import { expressApp } from './express-app.js';

testPeople(expressApp);

import { testWholeLife } from '@tessera-auth/example-shared/test-support';
import { fastifyApp } from './fastify-app.js';

testWholeLife(fastifyApp);

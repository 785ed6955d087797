import { testBinding } from '@tessera-auth/core/testing';
import { describe, it } from 'vitest';
import { startExpressApp } from './support/start-express-app.js';

testBinding({ describe, it }, { name: 'Express', start: (setup) => startExpressApp(setup) });

import { testBinding } from '@tessera-auth/core/testing';
import { describe, it } from 'vitest';
import { startFastifyApp } from './support/start-fastify-app.js';

testBinding({ describe, it }, { name: 'Fastify', start: startFastifyApp });

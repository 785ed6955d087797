import { configureGlobal } from 'fast-check';

const seed = Number(process.env.TEST_SEED || 20_260_101);
if (!Number.isSafeInteger(seed)) throw new Error('TEST_SEED: expected a whole number');

// The same random values in every run, other ones every night: what a nightly run finds is repeated by its seed.
configureGlobal({ seed });

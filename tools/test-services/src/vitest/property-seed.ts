import { configureGlobal } from 'fast-check';

// The same random values in every run, other ones every night: what a nightly run finds is repeated by its seed.
configureGlobal({ seed: Number(process.env.TEST_SEED || 20_260_101) });

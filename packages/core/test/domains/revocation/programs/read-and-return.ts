import { createRevocations } from '@tessera-auth/core/primitives';
import { createMemoryRevocationStore } from '@tessera-auth/core/stores';

const store = createMemoryRevocationStore();
const revocations = createRevocations({ store, leewayMs: 0, check: 'replicated' });
await revocations.start();
process.stdout.write(`${revocations.status().state}\n`);

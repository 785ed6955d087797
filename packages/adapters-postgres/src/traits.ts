import type { StoreTraits } from '@tessera-auth/core/stores';

/** What every store here says of itself. */
export const traits: StoreTraits = { medium: 'postgres', durability: 'committed' };

import type { StoreTraits } from '@tessera-auth/core/stores';

/** What every store here says of itself: a failover may lose the last writes, with WAIT too. */
export const traits: StoreTraits = { medium: 'redis', durability: 'failover' };

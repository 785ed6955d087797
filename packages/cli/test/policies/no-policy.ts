/** What somebody might hand in by mistake. */
export const roles = { boss: { can: ['*'] } };

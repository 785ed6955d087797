/** `Omit` for each member of a union; the built-in one merges them. */
export type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

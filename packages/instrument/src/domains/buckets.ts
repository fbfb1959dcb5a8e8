// Bucket bounds that several metrics share: each holds the thresholds that rules compare with.

/** Stages of consensus, rounds and lifecycles. */
export const CONSENSUS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30] as const;

/** Messages, requests and round trips. */
export const MESSAGE_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5,
] as const;

/** Single operations on a database, the state or a key. */
export const OPERATION_SECONDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
] as const;

/** What takes blocks: confirmations, snapshots, simulations. */
export const LONG_SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300] as const;

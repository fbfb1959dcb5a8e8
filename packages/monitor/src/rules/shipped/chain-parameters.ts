// What is normal on a chain. Thresholds that depend on it are written in these parameters, a preset's or those of a target.

import { z } from 'zod';

export interface ChainParameters {
  /** Seconds from block to block, or of a slot, when all is well. */
  readonly targetBlockSeconds: number;
  /** How many blocks (or slots) the head is ahead of finality at most, when all is well. */
  readonly finalityDepthBlocks: number;
  /** Peers that a healthy node has. */
  readonly expectedPeers: number;
  /** Blocks (or slots) an epoch; 1 where there are none. */
  readonly slotsPerEpoch: number;
  /** Share of the voting power that a decision needs. */
  readonly quorumRatio: number;
  /** Blocks that a reorganization may replace without anything being wrong. */
  readonly reorgDepthBlocks: number;
}

export const CHAIN_PRESETS = {
  /** Slots of 12 s, 32 an epoch; a checkpoint is final after two epochs and some. */
  ethereum: {
    targetBlockSeconds: 12,
    finalityDepthBlocks: 96,
    expectedPeers: 16,
    slotsPerEpoch: 32,
    quorumRatio: 2 / 3,
    reorgDepthBlocks: 2,
  },
  /** The preset of small test networks: slots of 2 s, 8 an epoch, a peer or two. */
  'ethereum-minimal': {
    targetBlockSeconds: 2,
    finalityDepthBlocks: 26,
    expectedPeers: 1,
    slotsPerEpoch: 8,
    quorumRatio: 2 / 3,
    reorgDepthBlocks: 10,
  },
  hotstuff2: {
    targetBlockSeconds: 1,
    finalityDepthBlocks: 3,
    expectedPeers: 3,
    slotsPerEpoch: 1,
    quorumRatio: 2 / 3,
    reorgDepthBlocks: 1,
  },
  cometbft: {
    targetBlockSeconds: 6,
    finalityDepthBlocks: 1,
    expectedPeers: 3,
    slotsPerEpoch: 1,
    quorumRatio: 2 / 3,
    reorgDepthBlocks: 1,
  },
  /** Blocks come at random, ten minutes apart on average; six of them are taken for final. */
  bitcoin: {
    targetBlockSeconds: 600,
    finalityDepthBlocks: 6,
    expectedPeers: 8,
    slotsPerEpoch: 1,
    quorumRatio: 1,
    reorgDepthBlocks: 2,
  },
  /** A development node by itself. */
  'evm-dev': {
    targetBlockSeconds: 1,
    finalityDepthBlocks: 64,
    expectedPeers: 0,
    slotsPerEpoch: 32,
    quorumRatio: 1,
    reorgDepthBlocks: 2,
  },
} as const satisfies Record<string, ChainParameters>;

export type ChainPreset = keyof typeof CHAIN_PRESETS;

const PRESET_NAMES = Object.keys(CHAIN_PRESETS) as [ChainPreset, ...ChainPreset[]];

export const chainParameters = z.strictObject({
  preset: z
    .enum(PRESET_NAMES)
    .optional()
    .describe('Parameters of a known kind of chain; single ones can be given beside it. Default: `hotstuff2`.'),
  targetBlockSeconds: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .describe('Seconds from block to block when all is well.'),
  finalityDepthBlocks: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('How many blocks the head is ahead of finality at most, when all is well.'),
  expectedPeers: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Peers that a healthy node has; 0 for a node by itself.'),
  slotsPerEpoch: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Blocks or slots an epoch; 1 where there are none.'),
  quorumRatio: z.number().gt(0).max(1).optional().describe('Share of the voting power that a decision needs.'),
  reorgDepthBlocks: z
    .literal([1, 2, 3, 5, 10], { error: 'write a bound that the histograms of all clients have: 1, 2, 3, 5 or 10' })
    .optional()
    .describe('Blocks that a reorganization may replace when all is well: 1, 2, 3, 5 or 10.'),
});

export type ChainParametersConfig = z.output<typeof chainParameters>;

const DEFAULT_PRESET: ChainPreset = 'hotstuff2';

export function chainParametersOf({ preset = DEFAULT_PRESET, ...own }: ChainParametersConfig): ChainParameters {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...CHAIN_PRESETS[preset], ...given };
}

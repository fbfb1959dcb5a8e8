// The typed configuration of the shipped alerts: an operator changes a number here, and the rules are made anew from it. What
// depends on the chain is in its parameters instead. Durations are milliseconds once they are read, ratios 0 to 1.

import { z } from 'zod';
import { durationBetween } from '../../config/fields.ts';

const ratio = z.number().min(0).max(1);
const rate = z.number().min(0).max(1e9);
const count = z.number().int().min(0).max(1e9);
const duration = durationBetween(1, 86_400_000, '1ms to 1d');

export const alertSettings = z.strictObject({
  maxBlockTime: z
    .number()
    .min(1)
    .max(1000)
    .default(2)
    .describe("Longest p95 of the time between blocks, as a multiple of the chain's target."),
  maxViewChangeFrequency: rate.default(0.1).describe('View changes a second that are still normal.'),
  maxViewTimeoutRatio: ratio.default(0.1).describe('Share of views that may end by a timeout.'),
  maxCommitLatency: duration.prefault('5s').describe('Longest p99 from proposal to commit.'),
  maxVoteLatency: duration.prefault('750ms').describe('Longest p95 of processing a vote.'),
  minParticipation: ratio.default(0.75).describe('Least share of the voting power that takes part.'),
  maxByzantineBehaviorRate: rate.default(0).describe('Byzantine events an hour that are still normal.'),
  maxSafetyViolations: count.default(0).describe('Safety violations an hour; more than none is an emergency.'),
  maxLivenessTimeouts: count.default(10).describe('View timeouts in ten minutes that are still normal.'),
  minTransactionThroughput: rate
    .default(1)
    .describe('Committed transactions a second while more wait than a block takes.'),
  maxPeerDisconnectionRate: rate.default(0.2).describe('Disconnections a second that are still normal.'),
  maxMessageLossRate: ratio.default(0.05).describe('Share of messages that may be lost.'),
  maxNetworkLatency: duration.prefault('1s').describe('Longest p95 round trip to peers.'),
  maxConnectionFailureRatio: ratio.default(0.5).describe('Share of connection attempts that may fail.'),
  maxConnectionFailures: count.default(10).describe('Failed connections in five minutes that are still normal.'),
  maxUnhealthyPeersRatio: ratio.default(0.3).describe('Share of the known peers that may be unhealthy.'),
  maxCpuUsage: ratio.default(0.9).describe('CPU use, as a share of what the machine has.'),
  maxMemoryUsage: ratio.default(0.9).describe('Memory use, as a share of what there is.'),
  maxDiskUsage: ratio.default(0.95).describe('Use of a file system, as a share of its size.'),
  maxFileDescriptorUsage: ratio.default(0.8).describe('Open file descriptors, as a share of the allowed.'),
  maxHeapUsage: ratio.default(0.9).describe('Used heap, as a share of its limit.'),
  maxEventLoopLag: duration.prefault('500ms').describe("Longest p99 of the event loop's lag."),
  maxClockOffset: duration.prefault('100ms').describe('How far the clock may be off.'),
  maxTaskSilence: duration.prefault('10m').describe('How long a task may be without an iteration.'),
  maxGpuTemperature: z.number().min(0).max(200).default(85).describe('Temperature of a GPU, degrees Celsius.'),
  maxMempoolUsage: ratio.default(0.8).describe('Use of the mempool, as a share of its capacity.'),
  maxInvalidBlocks: count.default(10).describe('Invalid blocks received in five minutes that are still normal.'),
  maxProposalShareDrift: ratio
    .default(0.1)
    .describe("How far a validator's share of proposals may be from its share of the power."),
  maxRpcErrorRatio: ratio.default(0.05).describe('Share of requests that may end in an error of the server.'),
  maxStorageReadLatency: duration.prefault('50ms').describe("Longest p99 of a read of the node's store."),
  maxSyncLag: count.default(1000).describe('Blocks that a node may be behind its target.'),
  minSyncSpeed: rate.default(10).describe('Blocks a second while a node catches up.'),
  maxMailbox: count.default(1000).describe('Messages that may wait for an actor.'),
  maxActorRestarts: count.default(5).describe('Restarts of an actor in five minutes.'),
  maxMigrationErrorRate: rate.default(0.1).describe('Errors of a migration a second.'),
  maxMissedVotesRatio: ratio.default(0.1).describe('Share of the votes of an hour that may be missed.'),
  maxConsecutiveMissedVotes: count.default(5).describe('Votes missed one after the other.'),
  maxStakeDrop: ratio.default(0.05).describe('Share of the stake that may go within an hour.'),
  upgradeNotice: durationBetween(1, 2_592_000_000, '1ms to 30d')
    .prefault('3h')
    .describe('How long before an upgrade it is told.'),
  maxInferenceLatency: duration.prefault('500ms').describe('Longest p95 of an inference.'),
  minSecurityLevel: z
    .number()
    .int()
    .min(0)
    .max(512)
    .default(128)
    .describe('Bits of security of the algorithms in use.'),
  minAnomalySeverity: z.number().int().min(1).max(5).default(3).describe('Least severity of an anomaly that is told.'),
});

export type AlertSettings = z.output<typeof alertSettings>;

export const DEFAULT_ALERT_SETTINGS: AlertSettings = alertSettings.parse({});

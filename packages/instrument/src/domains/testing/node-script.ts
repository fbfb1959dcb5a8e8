// Every recorder of every domain set with arguments that leave a value in each of its metrics: what tests of all metrics
// play. A recorder that is missing here does not compile.

import type { DomainSets } from '../node-metrics.ts';
import type { DomainSetName } from '../table/index.ts';

type RecorderName<S> = {
  [M in keyof S & string]: M extends `${'record' | 'update' | 'set' | 'forget'}${Capitalize<string>}` ? M : never;
}[keyof S & string];

type ArgumentOf<F> = F extends (fields: infer A) => unknown ? A : never;

type NodeScript = {
  readonly [N in DomainSetName]: {
    readonly [M in RecorderName<DomainSets[N]>]: readonly ArgumentOf<DomainSets[N][M]>[];
  };
};

export const NODE_SCRIPT: NodeScript = {
  consensus: {
    setInfo: [{ algorithm: 'hotstuff2', version: '2.1' }],
    recordBlockProposed: [{ height: 7, view: 9, transactionCount: 12 }],
    recordBlockCommitted: [{ height: 7, view: 9, latencySeconds: 0.4 }],
    recordBlockProposalTime: [{ height: 7, durationSeconds: 0.05 }],
    recordStage: [{ stage: 'vote', durationSeconds: 0.02, height: 7 }],
    updateCurrentView: [{ view: 9 }, { view: 10 }],
    updateHighestQc: [{ view: 9 }],
    updateFinalizedHeight: [{ height: 7 }],
    setTargetBlockInterval: [{ intervalSeconds: 1 }],
    recordViewChange: [{ fromView: 9, toView: 10, reason: 'timeout', durationSeconds: 0.2 }],
    recordViewTimeout: [{ view: 9, leader: 'v3' }],
    recordVoteSent: [{ type: 'prepare', view: 9 }],
    recordVoteReceived: [{ type: 'prepare', view: 9, validator: 'v2' }],
    recordVoteProcessingTime: [{ durationSeconds: 0.001 }],
    recordCertificate: [{ type: 'quorum', view: 9, signerCount: 3 }],
    recordMessage: [{ type: 'vote', direction: 'received' }],
    recordSafetyViolation: [{ type: 'vote_rule', view: 9 }],
    recordByzantineBehavior: [{ behavior: 'replay', validator: 'v4' }],
    recordEquivocation: [{ type: 'vote', signer: 'other', view: 9, validator: 'v4' }],
    recordReorg: [{ depthBlocks: 2, oldHeadHeight: 8, newHeadHeight: 9 }],
    recordSignatureWork: [{ operation: 'sign', durationSeconds: 0.003, referenceSeconds: 0.001 }],
    updateParticipation: [{ participatingPower: 75, totalPower: 100 }],
    updateDifficulty: [{ difficulty: 17 }],
    updateUpgrade: [{ remainingSeconds: 3600 }],
  },
  blocks: {
    updateHead: [
      { height: 8, timestampSeconds: 1_000 },
      { height: 9, timestampSeconds: 1_001 },
    ],
    updateHeadContents: [{ transactionCount: 12, gasUsed: 21_000, gasLimit: 30_000_000, baseFeeWei: 7 }],
    recordBlockReceived: [{ height: 9, origin: 'gossip', sizeBytes: 2_000 }],
    recordInvalidBlock: [{ height: 9, reason: 'state_root' }],
    recordBlockValidated: [{ height: 9, durationSeconds: 0.01 }],
    recordBlockImported: [{ height: 9, transactionCount: 12, sizeBytes: 2_000, gasUsed: 21_000 }],
  },
  transactions: {
    recordSubmitted: [{ origin: 'api' }],
    recordProcessed: [{ count: 12 }],
    recordFailed: [{ reason: 'nonce' }],
    recordValidation: [
      { isValid: true, durationSeconds: 0.0001 },
      { isValid: false, reason: 'signature' },
    ],
    recordFee: [{ feeNative: 0.02 }],
  },
  mempool: {
    setCapacity: [{ capacityTransactions: 5_000 }],
    updateSize: [{ pendingCount: 10, queuedCount: 2, sizeBytes: 4_096 }],
    recordAdded: [{ origin: 'gossip' }],
    recordRemoved: [{ reason: 'committed', count: 12 }],
    recordRejected: [{ reason: 'full' }],
  },
  performance: {
    recordConfirmation: [{ latencySeconds: 1.2 }],
    recordFinalization: [{ latencySeconds: 2.4 }],
    recordEndToEnd: [{ latencySeconds: 3 }],
  },
  network: {
    recordMessageSent: [{ type: 'vote', peer: 'a', sizeBytes: 300 }],
    recordMessageReceived: [{ type: 'proposal', peer: 'a', sizeBytes: 2_000 }],
    recordMessageUndelivered: [{ reason: 'timeout', type: 'vote', peer: 'a' }],
    recordMessageInvalid: [{ reason: 'duplicate', type: 'vote', peer: 'a', sizeBytes: 300 }],
    recordMessageProcessingTime: [{ type: 'proposal', durationSeconds: 0.002 }],
    recordBytes: [{ sentBytes: 10, receivedBytes: 20 }],
    updateQueueSize: [
      { direction: 'inbound', count: 4 },
      { direction: 'outbound', count: 0 },
    ],
    setBandwidthCapacity: [{ bytesPerSecond: 125_000_000 }],
    updateConnections: [{ inboundCount: 3, outboundCount: 5 }],
    recordConnectionAttempt: [{ peer: 'b' }],
    recordConnectionFailure: [{ peer: 'b', reason: 'refused' }],
    recordConnectionEstablished: [{ peer: 'a', latencySeconds: 0.03 }],
    recordNetworkPartition: [{ affectedPeers: 2 }],
    recordNetworkMetrics: [{ connectionAttempts: 2, connectionFailures: 1, connectionLatencySeconds: 0.05 }],
  },
  peers: {
    recordPeerConnected: [
      { peer: 'a', direction: 'outbound', version: '1.4.0', country: 'CH' },
      { peer: 'b', direction: 'inbound' },
    ],
    recordPeerDisconnected: [{ peer: 'b', reason: 'remote' }],
    recordLatency: [{ peer: 'a', latencySeconds: 0.04 }],
    recordPeerRequest: [{ peer: 'a', outcome: 'ok' }],
    recordPeerMessages: [{ peer: 'a', count: 20, invalidCount: 1 }],
    updateReputation: [{ peer: 'a', score: 80 }],
    updateHeight: [{ peer: 'a', height: 9 }],
    recordPeerMetrics: [{ peer: 'c', health: 'degraded', latencySeconds: 0.3, reputationScore: 20 }],
    forgetPeer: [{ peer: 'd' }],
    updateHealth: [{ healthyCount: 6, degradedCount: 1, unhealthyCount: 1 }],
    updatePeerCount: [{ inboundCount: 3, outboundCount: 5 }],
  },
  protocol: {
    recordEvent: [{ protocol: 'task', event: 'assigned' }],
    recordRequest: [{ protocol: 'health', direction: 'inbound', outcome: 'ok' }],
    recordProtocolMetrics: [{ protocol: 'discovery', counts: { lookups: 3 } }],
  },
  storage: {
    recordRead: [
      { keyType: 'block', durationSeconds: 0.0001 },
      { durationSeconds: 0.2, success: false, reason: 'timeout' },
    ],
    recordWrite: [{ keyType: 'block', sizeBytes: 2_000, durationSeconds: 0.001 }],
    recordDelete: [{ keyType: 'state', durationSeconds: 0.0005 }],
    recordBatch: [{ operationCount: 40, durationSeconds: 0.004 }],
    recordError: [{ operation: 'write', reason: 'full' }],
    updateSize: [{ sizeBytes: 4_000_000, liveBytes: 3_000_000 }],
    setCapacity: [{ capacityBytes: 16_000_000 }],
    updateKeyCount: [{ count: 1_200 }],
    recordCacheHit: [{ cache: 'trie', count: 9 }],
    recordCacheMiss: [{ cache: 'trie' }],
    updateCacheSize: [{ cache: 'trie', sizeBytes: 65_536 }],
  },
  state: {
    recordTransition: [{ height: 9, durationSeconds: 0.02 }],
    recordQuery: [{ durationSeconds: 0.0002 }],
    recordSnapshot: [{ height: 9, durationSeconds: 4, sizeBytes: 900_000 }],
    recordRootUpdate: [{ height: 9 }],
    updateSize: [{ sizeBytes: 3_000_000 }],
    updateAccounts: [{ count: 510 }],
    updateContracts: [{ count: 14 }],
  },
  sync: {
    updateProgress: [{ currentHeight: 9, targetHeight: 900 }],
    updateState: [{ state: 'blocks' }],
    recordBlocks: [{ count: 30 }],
    recordError: [{ reason: 'no_peers' }],
  },
  migration: {
    updatePhase: [{ phase: 2 }, { phase: 3 }],
    updateProgress: [{ progressRatio: 0.25 }],
    recordError: [{ phase: 2, type: 'validation' }, { type: 'network' }],
    recordRollback: [{ phase: 2 }],
    recordCheckpoint: [{ height: 9 }],
  },
  actors: {
    recordSpawned: [{ actor: 'ChainActor', durationSeconds: 0.01 }],
    recordMessage: [{ actor: 'ChainActor', latencySeconds: 0.003 }],
    recordMessageFailed: [{ actor: 'ChainActor', reason: 'timeout' }],
    updateMailbox: [{ actor: 'ChainActor', count: 5 }],
    recordRestart: [{ actor: 'ChainActor', reason: 'panic', recoverySeconds: 0.4 }],
    recordStopped: [{ actor: 'ChainActor', reason: 'shutdown', durationSeconds: 0.02 }],
    recordDeadLetter: [{ actor: 'Nobody', reason: 'unknown_actor' }],
  },
  api: {
    recordRequest: [
      { method: 'GET', path: '/blocks/:height', statusCode: 200, durationSeconds: 0.004 },
      { method: 'POST', path: '/submit-tx', statusCode: 503, durationSeconds: 0.9 },
    ],
    recordRpc: [{ method: 'chain_getBlock', outcome: 'ok', durationSeconds: 0.002 }],
  },
  contracts: {
    recordDeployed: [{ codeSizeBytes: 9_000 }],
    recordInvocation: [{ functionName: 'Token.transfer', outcome: 'ok', durationSeconds: 0.003, gasUsed: 21_000 }],
    recordWasmLoad: [{ durationSeconds: 0.03 }],
  },
  validators: {
    updateSet: [{ activeCount: 96, inactiveCount: 3, jailedCount: 1, exitingCount: 0 }],
    recordSignerAbsent: [{ validator: 'v7', view: 9 }],
    recordCertificateSeen: [{ memberCount: 96, view: 9 }],
    recordProposalDuty: [{ validator: 'own', view: 9, performed: false, reason: 'late' }],
    recordVoteDuty: [{ validator: 'own', view: 9, performed: false }],
    // As many as a share needs.
    recordCommittedProposer: Array.from({ length: 100 }, (_, height) => ({ validator: 'own', height, isOwn: true })),
    updateStatus: [{ validator: 'own', active: true }],
    recordSlashed: [{ validator: 'own', reason: 'downtime', amountNative: 1 }],
    updateStake: [{ validator: 'own', stakeNative: 32, votingPower: 10 }],
    updateBalance: [{ validator: 'own', balanceNative: 4, minimumNative: 1 }],
    recordReward: [{ validator: 'own', rewardNative: 0.3 }],
    recordSigning: [{ validator: 'own', success: true }],
    updateReputation: [{ validator: 'v7', score: 0.9 }],
  },
  resources: {
    updateCpu: [
      {
        usageRatio: 0.5,
        coreUsageRatios: [0.4, 0.6],
        availableCores: 1.5,
        temperaturesCelsius: { package: 61 },
        frequenciesHertz: [2.4e9, 2.4e9],
      },
    ],
    updateMemory: [{ usedBytes: 3e9, totalBytes: 8e9, swapUsedBytes: 0 }],
    updateLeakIndicator: [{ indicator: 'heap_growth', suspected: false }],
    recordMemory: [{ heapUsedBytes: 5e7, residentBytes: 1e8, externalBytes: 1e6, handleCount: 9, openFdCount: 30 }],
    recordDisk: [{ device: 'sda', readOperations: 10, writeOperations: 20, readBytes: 40_960, writtenBytes: 81_920 }],
    updateFilesystem: [{ mount: '/', sizeBytes: 4e10, availableBytes: 1e10 }],
    recordInterface: [
      {
        device: 'eth0',
        receivedBytes: 1_000,
        sentBytes: 2_000,
        receivedPackets: 90,
        sentPackets: 100,
        receivedLostPackets: 10,
        sentLostPackets: 0,
      },
    ],
    updateSockets: [{ protocol: 'tcp', count: 12 }],
    updateClockOffset: [{ offsetSeconds: -0.002 }],
  },
  inference: {
    setModelInfo: [{ model: 'sentinel', type: 'autoencoder', quantization: 'int8', accelerator: 'cpu' }],
    recordInference: [{ model: 'sentinel', durationSeconds: 0.01, batchSize: 8 }],
    recordFailure: [{ model: 'sentinel', reason: 'timeout' }],
    updateAccelerator: [{ model: 'sentinel', utilizationRatio: 0.3 }],
    recordLayer: [{ model: 'sentinel', layer: 'conv1', durationSeconds: 0.004 }],
    updateQuantumAccelerated: [{ model: 'sentinel', accelerated: false }],
    updateGpu: [
      {
        gpu: '0',
        usageRatio: 0.7,
        memoryUsedBytes: 4e9,
        memoryTotalBytes: 8e9,
        temperatureCelsius: 66,
        tensorCoreUsageRatio: 0.2,
        coreUsageRatio: 0.7,
      },
    ],
  },
  quantum: {
    recordRandom: [{ sizeBytes: 32 }],
    recordRandomTest: [{ passed: true }],
    setClassicalReference: [{ operation: 'sign', durationSeconds: 0.001 }],
    recordCrypto: [{ operation: 'sign', durationSeconds: 0.003 }],
    recordMerkle: [{ operation: 'prove' }],
    updateSecurityLevel: [{ securityLevelBits: 128 }],
    recordSimulation: [{ durationSeconds: 1.5 }],
    updateGpuUsage: [{ gpu: '0', usageRatio: 0.1 }],
  },
  runtime: {
    setBuildInfo: [{ version: '1.2.3', commit: 'abc1234', network: 'mainnet' }],
    recordTaskIteration: [{ task: 'pruner' }],
    recordTaskFailure: [{ task: 'pruner' }],
    recordLog: [{ level: 'warn' }],
  },
};

type AnyRecorders = Readonly<Record<string, (fields: unknown) => void>>;

/** Calls every recorder of the sets that `metrics` has. */
export function playNodeScript(metrics: Partial<DomainSets>): void {
  for (const [set, recorders] of Object.entries(NODE_SCRIPT)) {
    const made = metrics[set as DomainSetName] as unknown as AnyRecorders | undefined;
    for (const [recorder, calls] of Object.entries(recorders)) {
      for (const fields of calls as readonly unknown[]) made?.[recorder]?.(fields);
    }
  }
}

// What `/metrics/summary` tells of a node, by subject. A field is left out where its metric has no value, and a subject
// without fields too; keys end in their unit.

import { METRIC_TABLE } from '../domains/table/index.ts';

const { consensus, blocks, transactions, mempool, performance, network, peers, sync, storage, state } = METRIC_TABLE;
const { api, contracts, validators, resources, runtime } = METRIC_TABLE;

interface MetricName {
  readonly name: string;
}

/** How a field is computed from a metric. */
export type SummaryField =
  /** All series added up. */
  | { readonly kind: 'sum'; readonly metric: string }
  /** The greatest of all series. */
  | { readonly kind: 'max'; readonly metric: string }
  /** Added up for each value of a label. */
  | { readonly kind: 'by'; readonly metric: string; readonly label: string }
  /** Growth a second since an earlier summary. */
  | { readonly kind: 'rate'; readonly metric: string }
  /** The mean of what was observed since an earlier summary. */
  | { readonly kind: 'mean'; readonly metric: string }
  /** The state of a state set that is active. */
  | { readonly kind: 'state'; readonly metric: string }
  /** A label of an info. */
  | { readonly kind: 'label'; readonly metric: string; readonly label: string };

export type SummarySubject = Readonly<Record<string, SummaryField>>;

const sum = ({ name }: MetricName): SummaryField => ({ kind: 'sum', metric: name });
const max = ({ name }: MetricName): SummaryField => ({ kind: 'max', metric: name });
const by = ({ name }: MetricName, label: string): SummaryField => ({ kind: 'by', metric: name, label });
const rate = ({ name }: MetricName): SummaryField => ({ kind: 'rate', metric: name });
const mean = ({ name }: MetricName): SummaryField => ({ kind: 'mean', metric: name });
const active = ({ name }: MetricName): SummaryField => ({ kind: 'state', metric: name });
const label = ({ name }: MetricName, key: string): SummaryField => ({ kind: 'label', metric: name, label: key });

export const SUMMARY_FIELDS: Readonly<Record<string, SummarySubject>> = {
  node: {
    version: label(runtime.buildInfo, 'version'),
    commit: label(runtime.buildInfo, 'commit'),
    network: label(runtime.buildInfo, 'network'),
    consensusAlgorithm: label(consensus.info, 'algorithm'),
    startTimestampSeconds: sum(runtime.processStartTime),
  },
  chain: {
    headHeight: max(blocks.headHeight),
    headTimestampSeconds: max(blocks.headTimestamp),
    finalizedHeight: max(consensus.finalizedHeight),
    finalityLagBlocks: max(blocks.finalityLagBlocks),
    headTransactions: max(blocks.headTransactions),
    headGasUsed: max(blocks.headGasUsed),
    gasPerSecond: rate(blocks.gasUsed),
    blocksReceived: sum(blocks.received),
    blocksReceivedPerSecond: rate(blocks.received),
    blocksInvalid: sum(blocks.invalid),
    meanIntervalSeconds: mean(blocks.interval),
  },
  consensus: {
    currentView: max(consensus.currentView),
    highestQcView: max(consensus.highestQcView),
    blocksProposed: sum(consensus.blocksProposed),
    blocksCommitted: sum(consensus.blocksCommitted),
    blocksCommittedPerSecond: rate(consensus.blocksCommitted),
    meanCommitDurationSeconds: mean(consensus.blockCommitDuration),
    lastCommitTimestampSeconds: max(consensus.lastCommitTimestamp),
    viewsPerSecond: rate(consensus.views),
    viewChanges: by(consensus.viewChanges, 'reason'),
    viewTimeouts: sum(consensus.viewTimeouts),
    votesReceivedPerSecond: rate(consensus.votesReceived),
    participationRatio: max(consensus.participation),
    safetyViolations: sum(consensus.safetyViolations),
    byzantineBehaviors: sum(consensus.byzantineBehaviors),
    difficulty: max(consensus.difficulty),
  },
  validators: {
    members: by(validators.setMembers, 'status'),
    missedVotes: sum(validators.setMissedVotes),
    participationRatio: max(validators.setParticipation),
  },
  transactions: {
    submitted: sum(transactions.submitted),
    submittedPerSecond: rate(transactions.submitted),
    processed: sum(transactions.processed),
    processedPerSecond: rate(transactions.processed),
    failed: sum(transactions.failed),
  },
  mempool: {
    transactions: by(mempool.transactions, 'state'),
    capacityTransactions: sum(mempool.capacityTransactions),
    sizeBytes: sum(mempool.size),
    usageRatio: max(mempool.usage),
    addedPerSecond: rate(mempool.added),
    rejectedPerSecond: rate(mempool.rejected),
  },
  performance: {
    transactionsPerSecond: sum(performance.transactionsPerSecond),
    blocksPerSecond: sum(performance.blocksPerSecond),
    meanFinalizationLatencySeconds: mean(performance.finalizationLatency),
    consensusEfficiencyRatio: max(performance.consensusEfficiency),
  },
  peers: {
    connected: by(peers.connected, 'direction'),
    known: by(peers.known, 'health'),
    greatestHeight: max(peers.height),
    meanLatencySeconds: mean(peers.latency),
    disconnections: sum(peers.disconnections),
  },
  network: {
    connections: by(network.connections, 'direction'),
    messagesSentPerSecond: rate(network.messagesSent),
    messagesReceivedPerSecond: rate(network.messagesReceived),
    sentBytesPerSecond: rate(network.sent),
    receivedBytesPerSecond: rate(network.received),
    deliveryRatio: max(network.messageDelivery),
    connectionFailures: sum(network.connectionFailures),
    partitions: sum(network.partitions),
  },
  sync: {
    state: active(sync.state),
    currentHeight: max(sync.currentHeight),
    targetHeight: max(sync.targetHeight),
    blocksPerSecond: sum(sync.blocksPerSecond),
    etaSeconds: sum(sync.eta),
    errors: sum(sync.errors),
  },
  state: {
    transitionsPerSecond: rate(state.transitions),
    accounts: sum(state.accounts),
    contracts: sum(state.contracts),
    sizeBytes: sum(state.size),
  },
  contracts: {
    deployed: sum(contracts.deployed),
    invocations: by(contracts.invocations, 'outcome'),
    invocationsPerSecond: rate(contracts.invocations),
  },
  storage: {
    operationsPerSecond: rate(storage.operations),
    meanOperationDurationSeconds: mean(storage.operationDuration),
    errors: sum(storage.errors),
    sizeBytes: sum(storage.size),
    keys: sum(storage.keys),
    utilizationRatio: max(storage.utilization),
  },
  api: {
    requests: sum(api.requests),
    requestsPerSecond: rate(api.requests),
    meanRequestDurationSeconds: mean(api.requestDuration),
    errors: sum(api.errors),
  },
  machine: {
    cpuUsageRatio: max(resources.cpuUsage),
    memoryUsedBytes: sum(resources.memoryUsed),
    memoryTotalBytes: sum(resources.memoryTotal),
    filesystemUsageRatio: max(resources.filesystemUsage),
    networkReceivedBytesPerSecond: rate(resources.networkReceived),
    networkSentBytesPerSecond: rate(resources.networkSent),
    clockOffsetSeconds: max(resources.clockOffset),
  },
  process: {
    cpuUsageRatio: rate(runtime.processCpu),
    residentMemoryBytes: sum(runtime.processResidentMemory),
    openFileDescriptors: sum(runtime.processOpenFds),
    heapUsedBytes: sum(runtime.nodejsHeapSizeUsed),
    eventLoopLagP99Seconds: max(runtime.nodejsEventloopLagP99),
    eventLoopUtilizationRatio: max(runtime.nodejsEventloopUtilization),
  },
};

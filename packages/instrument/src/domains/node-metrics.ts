// All metrics of a node, as objects with a method for each thing that happens: `createNodeMetrics` makes the domain sets
// that a node wants in its registry, and what is switched off is there and does nothing.

import { checkRegistry } from '../check-registry.ts';
import { InstrumentError } from '../errors.ts';
import { EventHub } from '../events.ts';
import { Registry } from '../registry.ts';
import { type ActorsEvents, ActorsMetrics } from './actors.ts';
import { type ApiEvents, ApiMetrics } from './api.ts';
import { type BlocksEvents, BlocksMetrics } from './blocks.ts';
import { type ConsensusEvents, ConsensusMetrics } from './consensus.ts';
import { DEFAULT_WINDOW_SECONDS, type DomainContext } from './context.ts';
import { type ContractsEvents, ContractsMetrics } from './contracts.ts';
import { countFailuresOf } from './guarded-recorders.ts';
import { type InferenceEvents, InferenceMetrics } from './inference.ts';
import { type MempoolEvents, MempoolMetrics } from './mempool.ts';
import { type MigrationEvents, MigrationMetrics } from './migration.ts';
import { type NetworkEvents, NetworkMetrics } from './network.ts';
import { type PeersEvents, PeersMetrics } from './peers.ts';
import { type PerformanceEvents, PerformanceMetrics } from './performance.ts';
import { type ProtocolEvents, ProtocolMetrics } from './protocol.ts';
import { type QuantumEvents, QuantumMetrics } from './quantum.ts';
import { type ResourcesEvents, ResourcesMetrics } from './resources.ts';
import { type RuntimeEvents, RuntimeMetrics } from './runtime.ts';
import { type StateEvents, StateMetrics } from './state.ts';
import { type StorageEvents, StorageMetrics } from './storage.ts';
import { type SyncEvents, SyncMetrics } from './sync.ts';
import type { DomainSetName } from './table/index.ts';
import { type TransactionsEvents, TransactionsMetrics } from './transactions.ts';
import { type ValidatorsEvents, ValidatorsMetrics } from './validators.ts';

/** Every event that a recorder tells, with its fields. */
export type NodeEventMap = ConsensusEvents &
  BlocksEvents &
  TransactionsEvents &
  MempoolEvents &
  PerformanceEvents &
  NetworkEvents &
  PeersEvents &
  ProtocolEvents &
  StorageEvents &
  StateEvents &
  SyncEvents &
  MigrationEvents &
  ActorsEvents &
  ApiEvents &
  ContractsEvents &
  ValidatorsEvents &
  ResourcesEvents &
  InferenceEvents &
  QuantumEvents &
  RuntimeEvents;

type NodeContext = DomainContext<NodeEventMap>;

const MAKERS = {
  consensus: (context: NodeContext) => new ConsensusMetrics(context),
  blocks: (context: NodeContext) => new BlocksMetrics(context),
  transactions: (context: NodeContext) => new TransactionsMetrics(context),
  mempool: (context: NodeContext) => new MempoolMetrics(context),
  performance: (context: NodeContext) => new PerformanceMetrics(context),
  network: (context: NodeContext) => new NetworkMetrics(context),
  peers: (context: NodeContext) => new PeersMetrics(context),
  protocol: (context: NodeContext) => new ProtocolMetrics(context),
  storage: (context: NodeContext) => new StorageMetrics(context),
  state: (context: NodeContext) => new StateMetrics(context),
  sync: (context: NodeContext) => new SyncMetrics(context),
  migration: (context: NodeContext) => new MigrationMetrics(context),
  actors: (context: NodeContext) => new ActorsMetrics(context),
  api: (context: NodeContext) => new ApiMetrics(context),
  contracts: (context: NodeContext) => new ContractsMetrics(context),
  validators: (context: NodeContext) => new ValidatorsMetrics(context),
  resources: (context: NodeContext) => new ResourcesMetrics(context),
  inference: (context: NodeContext) => new InferenceMetrics(context),
  quantum: (context: NodeContext) => new QuantumMetrics(context),
  runtime: (context: NodeContext) => new RuntimeMetrics(context),
} satisfies Record<DomainSetName, (context: NodeContext) => object>;

/** The domain sets by name. */
export type DomainSets = { readonly [N in DomainSetName]: ReturnType<(typeof MAKERS)[N]> };

/** The chosen sets, and everything that they record as events. */
export type NodeMetrics<N extends DomainSetName = DomainSetName> = Pick<DomainSets, N> & {
  readonly events: EventHub<NodeEventMap>;
};

export interface NodeMetricsOptions<N extends DomainSetName = DomainSetName> {
  readonly registry: Registry;
  /** The sets to make; all by default. Others are not there. */
  readonly sets?: readonly N[] | undefined;
  /** Sets that are there and do nothing: no series, no events, a call that returns. `all` switches everything off. */
  readonly off?: readonly DomainSetName[] | 'all' | undefined;
  /** Unix time in milliseconds; the system's by default. */
  readonly nowMs?: (() => number) | undefined;
  /** Stretch over which rates and ratios are computed, above 0; default 60. */
  readonly windowSeconds?: number | undefined;
}

/** Answers with itself, for methods that answer with a function that ends something. */
const NOTHING = (): unknown => NOTHING;

/** The names of all domain sets, in the order of the reference. */
export const DOMAIN_SET_NAMES: readonly DomainSetName[] = Object.keys(MAKERS) as DomainSetName[];

/**
 * Makes the metrics of a node in `registry`, once a registry.
 *
 *     const metrics = createNodeMetrics({ registry, sets: ['consensus', 'storage'] });
 *     metrics.consensus.recordBlockCommitted({ height: 7, view: 9, latencySeconds: 0.4 });
 *
 * @throws {InstrumentError} `option_invalid` without a registry, for a set that does not exist or a window that is none, `name_duplicate` when
 *   the registry has one of the metrics already, `series_limit` when it has no room for them
 */
export function createNodeMetrics<const N extends DomainSetName = DomainSetName>({
  registry,
  sets,
  off = [],
  nowMs = Date.now,
  windowSeconds = DEFAULT_WINDOW_SECONDS,
}: NodeMetricsOptions<N>): NodeMetrics<N> {
  // Without one, the sets would be made and do nothing.
  checkRegistry(registry, 'createNodeMetrics');
  const chosen: readonly DomainSetName[] = sets === undefined ? DOMAIN_SET_NAMES : checkNames('sets', sets);
  const silent = new Set(off === 'all' ? DOMAIN_SET_NAMES : checkNames('off', off));
  checkWindow(windowSeconds);
  const events = new EventHub<NodeEventMap>(nowMs);
  const live: NodeContext = { registry, events, nowMs, windowSeconds };
  const nothing: NodeContext = { registry: undefined, events: { publish: undefined }, nowMs, windowSeconds };
  const made = new Set(chosen);
  rehearse(
    registry,
    { ...live, events: { publish: undefined } },
    [...made].filter((name) => !silent.has(name)),
  );
  const entries = Array.from(made, (name) => {
    return [name, silent.has(name) ? silenced(MAKERS[name](nothing)) : countFailuresOf(MAKERS[name](live), registry)];
  });
  return { ...Object.fromEntries(entries), events } as NodeMetrics<N>;
}

/** Makes the sets in a registry that nobody sees: what cannot be made must not be left half made. */
function rehearse(registry: Registry, context: NodeContext, names: readonly DomainSetName[]): void {
  const room = registry.seriesRoom();
  if (names.length > 0 && room === 0) {
    throw new InstrumentError('series_limit', 'The registry has no room for the metrics of a node: raise maxSeries.');
  }
  const stage = new Registry({ maxSeries: Math.max(1, room), lint: 'off' });
  for (const name of names) MAKERS[name]({ ...context, registry: stage });
  const taken = stage.snapshot().families.find(({ name }) => registry.instrument(name) !== undefined);
  if (taken === undefined) return;
  throw new InstrumentError(
    'name_duplicate',
    `${taken.name} is in the registry already: make the metrics of a node once, or leave its set out.`,
  );
}

/** The same set with every method empty: without it, a set that is off would still look at its arguments. */
function silenced(set: object): object {
  const prototype: object = Object.getPrototypeOf(set);
  const methods = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  return Object.assign(Object.create(prototype), Object.fromEntries(methods.map((name) => [name, NOTHING])));
}

function checkNames(option: string, names: readonly DomainSetName[]): readonly DomainSetName[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  const unknown = list.findIndex((name) => typeof name !== 'string' || !Object.hasOwn(MAKERS, name));
  if (Array.isArray(names) && unknown === -1) return names;
  throw new InstrumentError(
    'option_invalid',
    `${option} names "${String(list[Math.max(0, unknown)])}": give a list of domain sets, which are ${DOMAIN_SET_NAMES.join(', ')}.`,
  );
}

function checkWindow(windowSeconds: number): void {
  if (Number.isFinite(windowSeconds) && windowSeconds > 0) return;
  throw new InstrumentError(
    'option_invalid',
    `windowSeconds is ${String(windowSeconds)}: give a number of seconds above 0, such as 60.`,
  );
}

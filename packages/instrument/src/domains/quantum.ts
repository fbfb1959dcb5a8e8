// Post-quantum cryptography, quantum randomness and simulation. The overhead of post-quantum operations is relative to
// times of classical ones that this node measured and gave, and absent without them.

import type { MetricReader } from '../snapshot/collection.ts';
import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { DerivedGrowth, observedSum, ratio, show, total } from './derive.ts';
import { amountOrNaN, occurredIf, ratioOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { QUANTUM_METRICS } from './table/quantum.ts';

type Table = typeof QUANTUM_METRICS;

export type CryptoOperation = Table['cryptoDuration']['labels']['operation'][number];
export type MerkleOperation = Table['merkleOperations']['labels']['operation'][number];

export interface QuantumRandom {
  readonly sizeBytes: number;
}

export interface RandomTest {
  readonly passed: boolean;
}

export interface CryptoDone {
  readonly operation: CryptoOperation;
  readonly durationSeconds: number;
}

export interface ClassicalReference {
  readonly operation: CryptoOperation;
  /** What the classical counterpart takes on this node, above 0. */
  readonly durationSeconds: number;
}

export interface MerkleDone {
  readonly operation: MerkleOperation;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface SecurityLevel {
  /** The lowest of the algorithms in use. */
  readonly securityLevelBits: number;
}

export interface SimulationDone {
  readonly durationSeconds: number;
}

export interface GpuSimulationUsage {
  /** The index or the name; at most 16 are told apart. */
  readonly gpu: string;
  /** 0 to 1. */
  readonly usageRatio: number;
}

export type QuantumEvents = {
  'quantum.random_obtained': QuantumRandom;
  'quantum.random_tested': RandomTest;
  'quantum.crypto_done': CryptoDone;
  'quantum.merkle_done': MerkleDone;
  'quantum.simulated': SimulationDone;
};

const OPERATIONS = QUANTUM_METRICS.cryptoDuration.labels.operation;

export class QuantumMetrics {
  static {
    guardRecorders(QuantumMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<QuantumEvents>;

  constructor(context: DomainContext<QuantumEvents>) {
    this.#instruments = makeInstruments(context.registry, QUANTUM_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    deriveOverhead(context, this.#instruments);
  }

  recordRandom(fields: QuantumRandom): void {
    this.#instruments.random.inc(amountOrNaN(fields.sizeBytes));
    this.#events.publish?.('quantum.random_obtained', fields);
  }

  /** The random source ended one of its health tests. Record those that pass too: it shows that tests still run. */
  recordRandomTest(fields: RandomTest): void {
    const { passed } = fields;
    this.#handles.randomTests.of(passed ? 'passed' : 'failed').inc(occurredIf(typeof passed === 'boolean'));
    this.#events.publish?.('quantum.random_tested', fields);
  }

  recordCrypto(fields: CryptoDone): void {
    this.#handles.crypto.of(fields.operation).observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('quantum.crypto_done', fields);
  }

  /** Operations without a reference take no part in the overhead. */
  setClassicalReference({ operation, durationSeconds }: ClassicalReference): void {
    const seconds = amountOrNaN(durationSeconds);
    this.#handles.reference.of(operation).set(seconds > 0 ? seconds : Number.NaN);
  }

  recordMerkle(fields: MerkleDone): void {
    this.#handles.merkle.of(fields.operation).inc(fields.count);
    this.#events.publish?.('quantum.merkle_done', fields);
  }

  updateSecurityLevel({ securityLevelBits }: SecurityLevel): void {
    this.#instruments.securityLevel.set(amountOrNaN(securityLevelBits));
  }

  recordSimulation(fields: SimulationDone): void {
    this.#instruments.simulationDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('quantum.simulated', fields);
  }

  updateGpuUsage({ gpu, usageRatio }: GpuSimulationUsage): void {
    this.#instruments.gpuQuantumSimulationUsage.set({ gpu }, ratioOrNaN(usageRatio));
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { randomTests, cryptoDuration, cryptoReferenceDuration, merkleOperations } = QUANTUM_METRICS;
  return {
    randomTests: closedHandles(instruments.randomTests, randomTests.labels, 'outcome'),
    crypto: closedHandles(instruments.cryptoDuration, cryptoDuration.labels, 'operation'),
    reference: closedHandles(instruments.cryptoReferenceDuration, cryptoReferenceDuration.labels, 'operation'),
    merkle: closedHandles(instruments.merkleOperations, merkleOperations.labels, 'operation'),
  };
}

type Measure = `${CryptoOperation} seconds` | `${CryptoOperation} count`;
type Totals = Record<Measure, (reader: MetricReader) => number | undefined>;

function deriveOverhead(context: DomainContext<QuantumEvents>, instruments: InstrumentsOf<Table>): void {
  const { name } = QUANTUM_METRICS.cryptoDuration;
  const totals = Object.fromEntries(
    OPERATIONS.flatMap((operation) => [
      [`${operation} seconds`, (reader: MetricReader) => observedSum(reader, name, { operation })],
      [`${operation} count`, (reader: MetricReader) => total(reader, name, { operation })],
    ]),
  ) as Totals;
  const growth = new DerivedGrowth<Measure>(context, totals);
  context.registry?.onDerive((reader) => {
    const deltas = growth.read(reader)?.deltas;
    let seconds = 0;
    let referenceSeconds = 0;
    for (const operation of OPERATIONS) {
      const reference = total(reader, QUANTUM_METRICS.cryptoReferenceDuration.name, { operation });
      if (reference === undefined) continue;
      seconds += deltas?.[`${operation} seconds`] ?? 0;
      referenceSeconds += (deltas?.[`${operation} count`] ?? 0) * reference;
    }
    show(instruments.cryptoOverhead, ratio(seconds - referenceSeconds, referenceSeconds));
  });
}

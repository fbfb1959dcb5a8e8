// Smart contracts: deployments, invocations with their time and gas, and loading of modules.

import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { CONTRACTS_METRICS } from './table/contracts.ts';

type Table = typeof CONTRACTS_METRICS;

export type InvocationOutcome = Table['invocations']['labels']['outcome'][number];

export interface ContractDeployed {
  /** For events alone. */
  readonly codeSizeBytes?: number | undefined;
}

export interface ContractInvocation {
  /** Such as `Token.transfer`; at most 64 are told apart, so leave out what only strangers call. */
  readonly functionName?: string | undefined;
  readonly outcome: InvocationOutcome;
  readonly durationSeconds: number;
  readonly gasUsed?: number | undefined;
}

export interface WasmLoad {
  readonly durationSeconds: number;
}

export type ContractsEvents = {
  'contracts.deployed': ContractDeployed;
  'contracts.invoked': ContractInvocation;
  'contracts.wasm_loaded': WasmLoad;
};

export class ContractsMetrics {
  static {
    guardRecorders(ContractsMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<ContractsEvents>;

  constructor({ registry, events }: DomainContext<ContractsEvents>) {
    this.#instruments = makeInstruments(registry, CONTRACTS_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = events;
  }

  recordDeployed(fields: ContractDeployed): void {
    this.#instruments.deployed.inc();
    this.#events.publish?.('contracts.deployed', fields);
  }

  recordInvocation(fields: ContractInvocation): void {
    const { functionName, outcome, durationSeconds, gasUsed } = fields;
    this.#handles.invocations.of(outcome).inc();
    this.#instruments.executionDuration.observe(amountOrNaN(durationSeconds));
    if (gasUsed !== undefined) this.#instruments.gasUsed.inc(gasUsed);
    if (functionName !== undefined) this.#instruments.functionCalls.inc({ function: functionName });
    this.#events.publish?.('contracts.invoked', fields);
  }

  recordWasmLoad(fields: WasmLoad): void {
    this.#instruments.wasmLoadDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('contracts.wasm_loaded', fields);
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  return { invocations: closedHandles(instruments.invocations, CONTRACTS_METRICS.invocations.labels, 'outcome') };
}

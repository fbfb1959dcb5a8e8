// The metrics of the domain set `contracts`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { MESSAGE_SECONDS, OPERATION_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const CONTRACTS_METRICS = {
  deployed: metric({
    name: 'chain_contracts_deployed_total',
    type: 'counter',
    unit: 'contracts',
    help: 'Contracts deployed.',
    recordedBy: 'contracts.recordDeployed({ codeSizeBytes }); evm probe',
    aliases: { aureon: 'contracts_deployed_total' },
  }),
  invocations: metric({
    name: 'chain_contracts_invocations_total',
    type: 'counter',
    unit: 'invocations',
    help: 'Contract invocations executed.',
    labels: { outcome: ['ok', 'reverted', 'out_of_gas', 'error'] },
    recordedBy: 'contracts.recordInvocation({ functionName, outcome, durationSeconds, gasUsed })',
    aliases: {
      aureon: 'contract_invocations_total',
      arthachain: 'arthachain_contract_contracts_per_sec:gauge=rate (contract.contracts_per_sec)',
    },
  }),
  executionDuration: metric({
    name: 'chain_contracts_execution_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that a contract invocation took.',
    buckets: OPERATION_SECONDS,
    recordedBy: 'contracts.recordInvocation({ functionName, outcome, durationSeconds, gasUsed })',
    aliases: {
      aureon: 'contract_execution_time_seconds',
      arthachain: 'arthachain_contract_avg_execution_ms:gauge=avg*1000 (contract.avg_execution_ms)',
    },
  }),
  gasUsed: metric({
    name: 'chain_contracts_gas_used_total',
    type: 'counter',
    unit: 'gas',
    help: 'Gas used by contract invocations.',
    recordedBy: 'contracts.recordInvocation({ functionName, outcome, durationSeconds, gasUsed })',
    aliases: {
      aureon: 'contract_gas_used_total',
      arthachain:
        'arthachain_contract_avg_gas_used:gauge=per(chain_contracts_invocations_total) (contract.avg_gas_used)',
    },
  }),
  functionCalls: metric({
    name: 'chain_contracts_function_calls_total',
    type: 'counter',
    unit: 'calls',
    help: 'Calls of a contract function.',
    labels: { function: bounded(64) },
    recordedBy: 'contracts.recordInvocation({ functionName, outcome, durationSeconds, gasUsed })',
    aliases: { arthachain: 'arthachain_contract_function_calls{function}:gauge (contract.function_calls)' },
  }),
  wasmLoadDuration: metric({
    name: 'chain_contracts_wasm_load_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to load a WASM module.',
    buckets: MESSAGE_SECONDS,
    recordedBy: 'contracts.recordWasmLoad({ durationSeconds })',
    aliases: { arthachain: 'arthachain_contract_wasm_load_ms:gauge=avg*1000 (contract.wasm_load_ms)' },
  }),
} as const;

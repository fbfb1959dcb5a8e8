import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setUp } from './testing/set-up.ts';

it('the contracts set counts deployments, invocations with time and gas, and loads', () => {
  const { metrics, value, dropped } = setUp(['contracts']);
  metrics.contracts.recordDeployed({});
  metrics.contracts.recordInvocation({
    functionName: 'Token.transfer',
    outcome: 'ok',
    durationSeconds: 0.25,
    gasUsed: 21_000,
  });
  metrics.contracts.recordInvocation({ outcome: 'out_of_gas', durationSeconds: 0.5, gasUsed: 0 });
  metrics.contracts.recordWasmLoad({ durationSeconds: 0.03 });
  assert.equal(value('chain_contracts_deployed_total'), 1);
  assert.equal(value('chain_contracts_invocations_total{outcome="out_of_gas"}'), 1);
  assert.equal(value('chain_contracts_invocations_total{outcome="reverted"}'), 0);
  assert.equal(value('chain_contracts_execution_duration_seconds_sum'), 0.75);
  assert.equal(value('chain_contracts_gas_used_total'), 21_000);
  assert.equal(value('chain_contracts_function_calls_total{function="Token.transfer"}'), 1);
  assert.equal(value('chain_contracts_wasm_load_duration_seconds_sum'), 0.03);
  metrics.contracts.recordInvocation({ outcome: 'lost' as 'ok', durationSeconds: 0, gasUsed: -1 });
  assert.deepEqual(dropped(), { invalid_value: 1, unknown_label: 1 });
});

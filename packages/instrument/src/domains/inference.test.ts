import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the inference set', () => {
  it('counts inferences by item and their time by batch', () => {
    const { metrics, value } = setUp(['inference']);
    metrics.inference.recordInference({ model: 'm', durationSeconds: 0.25, batchSize: 8 });
    metrics.inference.recordInference({ model: 'm', durationSeconds: 0.5 });
    metrics.inference.recordLayer({ model: 'm', layer: 'conv1', durationSeconds: 0.125 });
    metrics.inference.recordFailure({ model: 'm', reason: 'timeout' });
    assert.equal(value('chain_inference_inferences_total{model="m"}'), 9);
    assert.equal(value('chain_inference_duration_seconds_count{model="m"}'), 2);
    assert.equal(value('chain_inference_duration_seconds_sum{model="m"}'), 0.75);
    assert.equal(value('chain_inference_layer_duration_seconds_total{layer="conv1",model="m"}'), 0.125);
    assert.equal(value('chain_inference_failures_total{model="m",reason="timeout"}'), 1);
  });

  it('shows each model once, with its counters at 0', () => {
    const { metrics, value } = setUp(['inference']);
    const info = (accelerator: string) =>
      value(`chain_inference_model_info{accelerator="${accelerator}",model="m",quantization="int8",type="gru"}`);
    metrics.inference.setModelInfo({ model: 'm', type: 'gru', quantization: 'int8', accelerator: 'cpu' });
    assert.equal(info('cpu'), 1);
    assert.equal(value('chain_inference_failures_total{model="m",reason="out_of_memory"}'), 0);
    metrics.inference.setModelInfo({ model: 'm', type: 'gru', quantization: 'int8', accelerator: 'cuda' });
    assert.equal(info('cpu'), undefined);
    assert.equal(info('cuda'), 1);
    metrics.inference.updateQuantumAccelerated({ model: 'm', accelerated: false });
    assert.equal(value('chain_inference_quantum_accelerated{model="m"}'), 0);
  });

  it('shows what a driver tells of a GPU, and drops shares that are none', () => {
    const { metrics, value, dropped } = setUp(['inference']);
    metrics.inference.updateGpu({ gpu: '0', usageRatio: 0, temperatureCelsius: 66 });
    metrics.inference.updateGpu({ gpu: '0', usageRatio: 70, coreUsageRatio: -0.1 });
    metrics.inference.updateAccelerator({ model: 'm', utilizationRatio: 30 });
    assert.equal(value('chain_gpu_usage_ratio{gpu="0"}'), 0);
    assert.equal(value('chain_gpu_temperature_celsius{gpu="0"}'), 66);
    assert.equal(value('chain_gpu_tensor_core_usage_ratio{gpu="0"}'), undefined);
    assert.deepEqual(dropped(), { invalid_value: 3 });
  });
});

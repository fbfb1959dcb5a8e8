// The metrics of the domain set `inference`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { metric } from '../metric-definition.ts';

export const INFERENCE_METRICS = {
  modelInfo: metric({
    name: 'chain_inference_model_info',
    type: 'info',
    help: 'Loaded model with its type, quantization and accelerator.',
    labels: {
      model: bounded(16),
      type: bounded(8),
      quantization: ['none', 'int4', 'int8', 'fp8', 'fp16', 'bf16', 'dynamic', 'other'],
      accelerator: ['cpu', 'cuda', 'rocm', 'opencl', 'metal', 'npu', 'quantum', 'other'],
    },
    by: ['model'],
    recordedBy: 'inference.setModelInfo({ model, type, quantization, accelerator })',
    aliases: { arthachain: 'arthachain_model_quantization_info{model,type,quantization} (model.quantization_info)' },
  }),
  duration: metric({
    name: 'chain_inference_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that one inference took.',
    labels: { model: bounded(16) },
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    recordedBy: 'inference.recordInference({ model, durationSeconds, batchSize })',
    aliases: {
      arthachain:
        'arthachain_model_avg_inference_ms{model}:gauge=avg*1000 (model.avg_inference_ms) ; arthachain_model_p95_inference_ms{model}:gauge=p95*1000 (model.p95_inference_ms) ; arthachain_model_p99_inference_ms{model}:gauge=p99*1000 (model.p99_inference_ms)',
    },
  }),
  inferences: metric({
    name: 'chain_inference_inferences_total',
    type: 'counter',
    unit: 'inferences',
    help: 'Inferences completed, each item of a batch counted.',
    labels: { model: bounded(16) },
    recordedBy: 'inference.recordInference({ model, durationSeconds, batchSize })',
    aliases: { arthachain: 'arthachain_model_throughput_per_sec{model}:gauge=rate (model.throughput_per_sec)' },
  }),
  failures: metric({
    name: 'chain_inference_failures_total',
    type: 'counter',
    unit: 'inferences',
    help: 'Inferences that failed.',
    labels: { model: bounded(16), reason: ['timeout', 'invalid_input', 'out_of_memory', 'runtime', 'other'] },
    recordedBy: 'inference.recordFailure({ model, reason })',
  }),
  acceleratorUtilization: metric({
    name: 'chain_inference_accelerator_utilization_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of time that the accelerator of a model was busy with it.',
    labels: { model: bounded(16) },
    formula: 'raw',
    recordedBy: 'inference.updateAccelerator({ model, utilizationRatio })',
    aliases: {
      arthachain: 'arthachain_model_accelerator_util_percent{model}:gauge*100 (model.accelerator_util_percent)',
    },
  }),
  layerDuration: metric({
    name: 'chain_inference_layer_duration_seconds_total',
    type: 'counter',
    unit: 'seconds',
    help: 'Time spent in one layer of a model.',
    labels: { model: bounded(16), layer: bounded(64) },
    recordedBy: 'inference.recordLayer({ model, layer, durationSeconds })',
    aliases: {
      arthachain:
        'arthachain_model_layer_latencies{model,layer}:gauge=per(chain_inference_inferences_total)*1000 (model.layer_latencies)',
    },
  }),
  quantumAccelerated: metric({
    name: 'chain_inference_quantum_accelerated',
    type: 'gauge',
    help: '1 when a model runs with quantum acceleration, else 0.',
    labels: { model: bounded(16) },
    recordedBy: 'inference.updateQuantumAccelerated({ model, accelerated })',
    aliases: { arthachain: 'arthachain_model_quantum_accelerated{model} (model.quantum_accelerated)' },
  }),
  gpuUsage: metric({
    name: 'chain_gpu_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of time that a GPU was busy.',
    labels: { gpu: bounded(16) },
    formula: 'raw',
    recordedBy:
      'inference.updateGpu({ gpu, usageRatio, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio }); gpu source: nvidia-smi or sysfs',
    aliases: { arthachain: 'arthachain_gpu_usage_percent{gpu}:gauge*100 (gpu.usage_percent)' },
  }),
  gpuMemoryUsed: metric({
    name: 'chain_gpu_memory_used_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'GPU memory in use.',
    labels: { gpu: bounded(16) },
    recordedBy:
      'inference.updateGpu({ gpu, usageRatio, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio }); gpu source: nvidia-smi or sysfs',
    aliases: { arthachain: 'arthachain_gpu_memory_used_mb{gpu}:gauge/1048576 (gpu.memory_used_mb)' },
  }),
  gpuMemoryTotal: metric({
    name: 'chain_gpu_memory_total_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'GPU memory.',
    labels: { gpu: bounded(16) },
    recordedBy:
      'inference.updateGpu({ gpu, usageRatio, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio }); gpu source: nvidia-smi or sysfs',
    aliases: { arthachain: 'arthachain_gpu_memory_total_mb{gpu}:gauge/1048576 (gpu.memory_total_mb)' },
  }),
  gpuTemperature: metric({
    name: 'chain_gpu_temperature_celsius',
    type: 'gauge',
    unit: 'celsius',
    help: 'Temperature of a GPU; absent where no sensor can be read.',
    labels: { gpu: bounded(16) },
    recordedBy:
      'inference.updateGpu({ gpu, usageRatio, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio }); gpu source: nvidia-smi or sysfs',
    aliases: { arthachain: 'arthachain_gpu_temperature{gpu} (gpu.temperature)' },
  }),
  gpuTensorCoreUsage: metric({
    name: 'chain_gpu_tensor_core_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of time that the tensor cores of a GPU were busy; absent where the driver does not tell.',
    labels: { gpu: bounded(16) },
    formula: 'raw',
    recordedBy:
      'inference.updateGpu({ gpu, usageRatio, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio }); gpu source: nvidia-smi or sysfs',
    aliases: { arthachain: 'arthachain_gpu_tensor_core_util{gpu}:gauge*100 (gpu.tensor_core_util)' },
  }),
  gpuCoreUsage: metric({
    name: 'chain_gpu_core_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the compute cores of a GPU in use.',
    labels: { gpu: bounded(16) },
    formula: 'raw',
    recordedBy:
      'inference.updateGpu({ gpu, usageRatio, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio }); gpu source: nvidia-smi or sysfs',
    aliases: { arthachain: 'arthachain_gpu_core_util{gpu}:gauge*100 (gpu.core_util)' },
  }),
} as const;

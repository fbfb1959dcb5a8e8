// Models that the node runs: what they are, how fast, where the time goes, and the GPUs beneath them.

import type { DomainContext, EventSink } from './context.ts';
import { amountOrNaN, finiteOrNaN, flagOrNaN, ratioOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { INFERENCE_METRICS } from './table/inference.ts';

type Table = typeof INFERENCE_METRICS;

export type Quantization = Table['modelInfo']['labels']['quantization'][number];
export type Accelerator = Table['modelInfo']['labels']['accelerator'][number];
export type InferenceFailureReason = Table['failures']['labels']['reason'][number];

interface OfModel {
  /** At most 16 are told apart. */
  readonly model: string;
}

export interface ModelInfo extends OfModel {
  /** Such as `autoencoder`. */
  readonly type: string;
  readonly quantization: Quantization;
  readonly accelerator: Accelerator;
}

export interface InferenceDone extends OfModel {
  /** Of the whole batch. */
  readonly durationSeconds: number;
  /** Items, default 1. */
  readonly batchSize?: number | undefined;
}

export interface InferenceFailed extends OfModel {
  readonly reason: InferenceFailureReason;
}

export interface AcceleratorUtilization extends OfModel {
  /** As the runtime reports it, 0 to 1. */
  readonly utilizationRatio: number;
}

export interface LayerDone extends OfModel {
  /** At most 64 are told apart. */
  readonly layer: string;
  readonly durationSeconds: number;
}

export interface QuantumAcceleration extends OfModel {
  readonly accelerated: boolean;
}

/** Left out is what the driver does not tell. */
export interface GpuReading {
  /** The index or the name; at most 16 are told apart. */
  readonly gpu: string;
  /** 0 to 1. */
  readonly usageRatio?: number | undefined;
  readonly memoryUsedBytes?: number | undefined;
  readonly memoryTotalBytes?: number | undefined;
  readonly temperatureCelsius?: number | undefined;
  /** 0 to 1. */
  readonly tensorCoreUsageRatio?: number | undefined;
  /** 0 to 1. */
  readonly coreUsageRatio?: number | undefined;
}

export type InferenceEvents = {
  'inference.done': InferenceDone;
  'inference.failed': InferenceFailed;
  'inference.layer_done': LayerDone;
};

export class InferenceMetrics {
  static {
    guardRecorders(InferenceMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #events: EventSink<InferenceEvents>;

  constructor({ registry, events }: DomainContext<InferenceEvents>) {
    this.#instruments = makeInstruments(registry, INFERENCE_METRICS);
    this.#events = events;
  }

  /** Says what a loaded model is, in the place of what was said of it before. From now on its counters are there at 0. */
  setModelInfo(fields: ModelInfo): void {
    const { model, type, quantization, accelerator } = fields;
    const { modelInfo, inferences, failures } = this.#instruments;
    modelInfo.set({ model, type, quantization, accelerator });
    inferences.inc({ model }, 0);
    for (const reason of INFERENCE_METRICS.failures.labels.reason) failures.inc({ model, reason }, 0);
  }

  recordInference(fields: InferenceDone): void {
    const { model, durationSeconds, batchSize } = fields;
    this.#instruments.duration.observe({ model }, amountOrNaN(durationSeconds));
    this.#instruments.inferences.inc({ model }, batchSize);
    this.#events.publish?.('inference.done', fields);
  }

  recordFailure(fields: InferenceFailed): void {
    const { model, reason } = fields;
    this.#instruments.failures.inc({ model, reason });
    this.#events.publish?.('inference.failed', fields);
  }

  updateAccelerator({ model, utilizationRatio }: AcceleratorUtilization): void {
    this.#instruments.acceleratorUtilization.set({ model }, ratioOrNaN(utilizationRatio));
  }

  recordLayer(fields: LayerDone): void {
    const { model, layer } = fields;
    this.#instruments.layerDuration.inc({ model, layer }, amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('inference.layer_done', fields);
  }

  updateQuantumAccelerated({ model, accelerated }: QuantumAcceleration): void {
    this.#instruments.quantumAccelerated.set({ model }, flagOrNaN(accelerated));
  }

  updateGpu(fields: GpuReading): void {
    const { gpu, usageRatio, memoryUsedBytes, memoryTotalBytes } = fields;
    const { temperatureCelsius, tensorCoreUsageRatio, coreUsageRatio } = fields;
    const { gpuUsage, gpuMemoryUsed, gpuMemoryTotal, gpuTemperature, gpuTensorCoreUsage, gpuCoreUsage } =
      this.#instruments;
    if (usageRatio !== undefined) gpuUsage.set({ gpu }, ratioOrNaN(usageRatio));
    if (memoryUsedBytes !== undefined) gpuMemoryUsed.set({ gpu }, amountOrNaN(memoryUsedBytes));
    if (memoryTotalBytes !== undefined) gpuMemoryTotal.set({ gpu }, amountOrNaN(memoryTotalBytes));
    if (temperatureCelsius !== undefined) gpuTemperature.set({ gpu }, finiteOrNaN(temperatureCelsius));
    if (tensorCoreUsageRatio !== undefined) gpuTensorCoreUsage.set({ gpu }, ratioOrNaN(tensorCoreUsageRatio));
    if (coreUsageRatio !== undefined) gpuCoreUsage.set({ gpu }, ratioOrNaN(coreUsageRatio));
  }
}

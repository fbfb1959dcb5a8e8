// What serving a registry adds to it: its own metrics, and how long pages take to make. Several servers of one registry share
// them.

import { makeInstruments } from '../domains/metric-definition.ts';
import { INSTRUMENT_METRICS } from '../domains/table/runtime.ts';
import { InstrumentError } from '../errors.ts';
import { exposeOwnMetrics } from '../own-metrics.ts';
import type { Registry } from '../registry.ts';
import type { FormatName } from './formats.ts';

/** Told how long a page took to make. */
export type RenderRecorder = (format: FormatName, seconds: number) => void;

const { instrumentRenderDuration } = INSTRUMENT_METRICS;

const recorders = new WeakMap<Registry, RenderRecorder>();

/** @throws {InstrumentError} `series_limit` when the registry has no room for them */
export function ownInstruments(registry: Registry): RenderRecorder {
  const known = recorders.get(registry);
  if (known !== undefined) return known;
  exposeOnce(registry);
  const { renderDuration } = makeInstruments(registry, { renderDuration: instrumentRenderDuration });
  const record: RenderRecorder = (format, seconds) => {
    renderDuration.observe({ format: format === 'otlp-protobuf' ? 'otlp' : format }, seconds);
  };
  recorders.set(registry, record);
  return record;
}

/** The node may have done it itself. */
function exposeOnce(registry: Registry): void {
  try {
    exposeOwnMetrics(registry);
  } catch (error) {
    if (!(error instanceof InstrumentError) || error.code !== 'name_duplicate') throw error;
  }
}

// The metrics that a registry shows about its own pushes. All pushes of one registry share them, told apart by protocol.

import type { LabelledCounter } from '../counter.ts';
import { makeInstruments } from '../domains/metric-definition.ts';
import { DROPPED_SAMPLES_REASONS, PUSH_METRICS, REQUEST_OUTCOMES } from '../domains/table/push.ts';
import type { LabelledGauge } from '../gauge.ts';
import type { Bounded } from '../labels.ts';
import type { Registry } from '../registry.ts';
import type { PushProtocol } from './push-target.ts';

type ProtocolSchema = { readonly protocol: Bounded };

export interface PushInstruments {
  readonly pushRequests: LabelledCounter<ProtocolSchema & { readonly outcome: typeof REQUEST_OUTCOMES }>;
  readonly pushDroppedSamples: LabelledCounter<ProtocolSchema & { readonly reason: typeof DROPPED_SAMPLES_REASONS }>;
  readonly pushLastSuccess: LabelledGauge<ProtocolSchema>;
}

const instrumentsByRegistry = new WeakMap<Registry, PushInstruments>();

/** Makes them in the registry, or finds them there. All outcomes and reasons of the protocol are shown from now on. */
export function pushInstruments(registry: Registry, protocol: PushProtocol): PushInstruments {
  let instruments = instrumentsByRegistry.get(registry);
  if (instruments === undefined) {
    instruments = makeInstruments(registry, PUSH_METRICS);
    instrumentsByRegistry.set(registry, instruments);
  }
  for (const outcome of REQUEST_OUTCOMES) instruments.pushRequests.inc({ protocol, outcome }, 0);
  for (const reason of DROPPED_SAMPLES_REASONS) instruments.pushDroppedSamples.inc({ protocol, reason }, 0);
  return instruments;
}

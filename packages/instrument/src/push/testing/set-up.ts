// A push of a small registry whose time a test turns.

import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from '../../registry.ts';
import type { PushFailure, PushOptions } from '../push-options.ts';
import { type Push, startPush } from '../pusher.ts';
import { ManualClock } from './manual-clock.ts';
import { type Decoded, decodeRemoteWriteV1 } from './official-proto.ts';

export interface Setup {
  readonly registry: Registry;
  readonly clock: ManualClock;
  readonly push: Push;
  readonly failures: PushFailure[];
}

export function setUp(context: TestContext, to: PushOptions['to'], options: Partial<PushOptions> = {}): Setup {
  const registry = new Registry();
  registry.gauge({ name: 'chain_height', help: 'Height.' }).set(42);
  const clock = new ManualClock();
  const failures: PushFailure[] = [];
  const onError = (failure: PushFailure) => failures.push(failure);
  const push = startPush({ registry, to, clock, random: () => 0.5, onError, ...options });
  context.after(async () => {
    const stopped = push.stop({ deadlineMs: 0 });
    clock.advance(0);
    await stopped;
  });
  return { registry, clock, push, failures };
}

/** Lets what is under way go on until `condition` holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Plain values by metric of a 1.0 request. */
export function metricsOf(body: Buffer): ReadonlyMap<string, number> {
  const series = (decodeRemoteWriteV1(body)['timeseries'] ?? []) as Decoded[];
  return new Map(
    series.map((one) => {
      const name = (one['labels'] as Decoded[]).find((label) => label['name'] === '__name__');
      return [name?.['value'] as string, ((one['samples'] as Decoded[])[0]?.['value'] ?? 0) as number];
    }),
  );
}

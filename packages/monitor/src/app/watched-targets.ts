// Everything that is watched in a run: a loop for each configured target, this machine and the monitor itself, and the
// replays, which keep their own time.

import type { Registry } from '@chainpulse/instrument';
import type { Config, TargetConfig } from '../config/schema.ts';
import { type TargetPlan, TargetPlanner } from '../config/target-plan.ts';
import type { Clock } from '../model/clock.ts';
import type { CollectionObserver, Collector, SeriesRenaming, TargetStatus } from '../sources/interface.ts';
import { createMachineCollector } from '../sources/machine/machine-collector.ts';
import { createEvmCollector } from '../sources/probes/evm/evm-collector.ts';
import { createRegistryCollector } from '../sources/registry-collector.ts';
import { createScrapeCollector } from '../sources/scrape/scrape-collector.ts';
import { TargetLoop } from '../sources/target-loop.ts';
import type { Appender } from '../storage/interface.ts';
import { credentialsOf } from './credentials.ts';
import type { Recordings } from './recordings.ts';
import type { TargetAdapters } from './target-adapters.ts';
import { targetTlsOf } from './target-tls.ts';

export interface WatchedTargetsOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** On a virtual clock nothing live is watched, this machine included. */
  readonly isVirtual: boolean;
  readonly appender: Appender;
  readonly observer: CollectionObserver;
  /** The monitor's own metrics. */
  readonly registry: Registry;
  readonly recordings: Recordings;
  readonly adapters: TargetAdapters;
  readonly onStatusChange: (status: TargetStatus) => void;
}

export class WatchedTargets {
  readonly #options: WatchedTargetsOptions;
  readonly #planner: TargetPlanner;
  readonly #loops: TargetLoop[] = [];

  constructor(options: WatchedTargetsOptions) {
    this.#options = options;
    this.#planner = new TargetPlanner(options.config);
  }

  statuses(): readonly TargetStatus[] {
    const replayed = this.#options.recordings.replays.flatMap((replay) => replay.statuses());
    return [...this.#loops.map((loop) => loop.status()), ...replayed];
  }

  /** Starts all of them; `url` is where the monitor itself is reached. */
  start(url: string): void {
    const { config, isVirtual, registry, recordings, adapters } = this.#options;
    for (const target of config.targets) {
      if (target.url.kind === 'replay') continue;
      const plan = this.#planner.configured(target);
      this.#watch(plan, collectorOf(target, plan, config), adapters.renamingOf(target, plan.id));
    }
    if (config.machine && !isVirtual) {
      this.#watch(this.#planner.machine(), createMachineCollector());
      this.#watch(this.#planner.monitor(url), createRegistryCollector({ registry, type: 'machine' }));
    }
    for (const replay of recordings.replays) replay.start(this.#options);
  }

  /** Ends all of them with stale markers. */
  async stop(): Promise<void> {
    const { replays } = this.#options.recordings;
    await Promise.all([...this.#loops.map((loop) => loop.stop()), ...replays.map((replay) => replay.stop())]);
  }

  #watch(plan: TargetPlan, collector: Collector, renaming?: SeriesRenaming): void {
    const { appender, clock, observer, onStatusChange } = this.#options;
    const loop = new TargetLoop({ ...plan, collector, renaming, appender, clock, observer, onStatusChange });
    this.#loops.push(loop);
    loop.start();
  }
}

function collectorOf(target: TargetConfig, { timeoutMs }: TargetPlan, { collection }: Config): Collector {
  const { url } = target;
  const bodyLimitBytes = target.bodyLimit ?? collection.bodyLimit;
  switch (url.kind) {
    case 'scrape':
      return createScrapeCollector({
        url: url.url,
        timeoutMs,
        bodyLimitBytes,
        sampleLimit: target.sampleLimit ?? collection.sampleLimit,
        nativeHistograms: target.nativeHistograms,
        classicHistograms: target.classicHistograms,
        readAuthorization: credentialsOf(target, url.url),
        readTls: targetTlsOf(target),
      });
    case 'evm':
      return createEvmCollector({
        url: url.url,
        timeoutMs,
        bodyLimitBytes,
        readAuthorization: credentialsOf(target, url.url),
      });
    case 'replay':
      throw new Error('a recording plays by itself and has no collector');
  }
}

// From configuration to what is watched: the labels, identity and timing of each target, before anything is constructed.

import { hostname } from 'node:os';
import { withoutCredentials } from '../model/errors.ts';
import { type Labels, labelsFrom, labelValue } from '../model/labels.ts';
import { type Config, identityOf, type TargetConfig } from './schema.ts';

export interface TargetPlan {
  /** Unique among the targets: `job/instance`, with a number when two are alike. */
  readonly id: string;
  /** Without credentials. */
  readonly address: string;
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Gives every target of a run an identity of its own. */
export class TargetPlanner {
  readonly #config: Config;
  readonly #ids = new Set<string>();

  constructor(config: Config) {
    this.#config = config;
  }

  configured(target: TargetConfig): TargetPlan {
    const labels = labelsFrom(Object.entries(identityOf(target)));
    const intervalMs = target.interval ?? this.#config.collection.interval;
    const timeoutMs = Math.min(target.timeout ?? this.#config.collection.timeout, intervalMs);
    return { id: this.#idOf(labels), address: shownAddress(target), labels, intervalMs, timeoutMs };
  }

  machine(): TargetPlan {
    return this.#own('machine', hostname(), 'this machine');
  }

  monitor(url: string): TargetPlan {
    return this.#own('chainpulse', new URL(url).host, 'the monitor itself');
  }

  #own(job: string, instance: string, address: string): TargetPlan {
    const { interval: intervalMs, timeout: timeoutMs } = this.#config.collection;
    const labels = labelsFrom([
      ['job', job],
      ['instance', instance],
    ]);
    return { id: this.#idOf(labels), address, labels, intervalMs, timeoutMs };
  }

  #idOf(labels: Labels): string {
    const plain = `${labelValue(labels, 'job')}/${labelValue(labels, 'instance')}`;
    let id = plain;
    for (let number = 2; this.#ids.has(id); number++) id = `${plain}#${number}`;
    this.#ids.add(id);
    return id;
  }
}

function shownAddress({ url }: TargetConfig): string {
  switch (url.kind) {
    case 'scrape':
      return withoutCredentials(url.url.href);
    case 'evm':
      return `evm+${withoutCredentials(url.url.href)}`;
    case 'replay':
      return url.text;
  }
}

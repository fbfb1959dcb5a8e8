// Both sides with the same data and the same features, and the question whether they agree.

import { createQueryEngine } from '../../../../packages/monitor/src/promql/engine.ts';
import type { QueryEngine } from '../../../../packages/monitor/src/promql/interface.ts';
import type { PrometheusServer } from '../prometheus-server.ts';
import type { Answer } from './answers.ts';
import { differenceOf } from './compare.ts';
import { type DataSet, type DataSetName, makeDataSet } from './data-sets.ts';
import type { FeatureSet } from './features.ts';
import { appendHalfSealed, askOurs, type OpenedStore, openOurs } from './our-side.ts';
import type { Question } from './questions.ts';
import { askTheirs, startTheirs } from './their-side.ts';

export interface Verdict {
  /** In a sentence; undefined where both agree. */
  readonly difference: string | undefined;
  readonly ours: Answer;
  readonly theirs: Answer;
}

/** How often Prometheus is asked again where the answers differ. */
const ASKED_AGAIN = 8;

export class Sides {
  readonly dataSet: DataSet;
  readonly features: FeatureSet;
  readonly #server: PrometheusServer;
  readonly #opened: OpenedStore;
  readonly #engine: QueryEngine;

  private constructor(dataSet: DataSet, features: FeatureSet, server: PrometheusServer, opened: OpenedStore) {
    this.dataSet = dataSet;
    this.features = features;
    this.#server = server;
    this.#opened = opened;
    this.#engine = createQueryEngine({ queryable: opened.store, features: features.ours });
  }

  static async open(name: DataSetName, features: FeatureSet): Promise<Sides> {
    const [dataSet, server, opened] = [await makeDataSet(name), await startTheirs(features), await openOurs()];
    for (const part of dataSet.parts) {
      await server.write(part);
      await appendHalfSealed(opened.store, part);
    }
    return new Sides(dataSet, features, server, opened);
  }

  /**
   * Prometheus takes the series of intermediate results from a hash map, and what it warns of may depend on their order:
   * where its answers vary, ours is to be one of them.
   */
  async ask(question: Question): Promise<Verdict> {
    const ours = await this.#askOurs(question);
    let theirs = await askTheirs(this.#server, question);
    let difference = differenceOf(question, ours, theirs);
    for (let again = 0; difference !== undefined && again < ASKED_AGAIN; again++) {
      theirs = await askTheirs(this.#server, question);
      difference = differenceOf(question, ours, theirs);
    }
    return { difference, ours, theirs };
  }

  /** A fault that is no answer is a difference like any other. */
  async #askOurs(question: Question): Promise<Answer> {
    try {
      return await askOurs(this.#engine, question);
    } catch (error) {
      const message =
        error instanceof Error
          ? `${error.name}: ${error.message} ${error.stack?.split('\n')[1]?.trim()}`
          : String(error);
      return { type: 'error', errorType: 'fault', message };
    }
  }

  async close(): Promise<void> {
    await this.#server.stop();
    await this.#opened.close();
  }
}

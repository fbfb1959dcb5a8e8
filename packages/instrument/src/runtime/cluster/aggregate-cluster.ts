// One page for a cluster: at each collection the primary asks every worker for its families over IPC and shows them merged
// with its own. A worker that is late is shown as it was last; one that has gone leaves what it counted.

import cluster, { type Worker } from 'node:cluster';
import { InstrumentError } from '../../errors.ts';
import type { Registry } from '../../registry.ts';
import type { FamilySnapshot, SnapshotSource } from '../../snapshot/snapshot.ts';
import { RetainedFamilies } from '../retained.ts';
import { answer, type ClusterAnswer, familiesOf, isAnswer, isQuestion, question } from './messages.ts';

const DEFAULT_TIMEOUT_MS = 1000;

export interface ClusterOptions {
  /** How long the primary waits for a worker's answer, in milliseconds (default 1,000). */
  readonly timeoutMs?: number | undefined;
}

/**
 * In the primary: shows what all workers recorded with `registry`'s own, from the next `registry.refresh()` on (the server
 * and the pushers call it). Answers with a function that ends it.
 * @throws {InstrumentError} `not_granted` in a worker
 */
export function aggregateCluster(
  registry: Registry,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: ClusterOptions = {},
): () => void {
  if (!cluster.isPrimary) {
    throw new InstrumentError('not_granted', 'This is a worker of the cluster: call aggregateCluster in the primary.');
  }
  const source = new ClusterSource(timeoutMs);
  const detach = registry.attach(source);
  return () => {
    detach();
    source.close();
  };
}

/**
 * In a worker: answers the primary with what `registry` holds. Answers with a function that ends it.
 * @throws {InstrumentError} `not_granted` in a process that no cluster started
 */
export function reportToPrimary(registry: Registry): () => void {
  if (process.send === undefined) {
    throw new InstrumentError('not_granted', 'This process has no primary: call reportToPrimary in a cluster worker.');
  }
  const onMessage = (message: unknown): void => {
    if (!isQuestion(message)) return;
    const { questionId } = message;
    void registry.refresh().then(() => {
      // The primary may have gone meanwhile; then nobody waits for this.
      process.send?.(answer(questionId, registry.snapshotForMerge().families), undefined, {}, () => {});
    });
  };
  process.on('message', onMessage);
  return () => {
    process.off('message', onMessage);
  };
}

interface PendingAnswer {
  readonly questionId: number;
  readonly settle: () => void;
}

class ClusterSource implements SnapshotSource {
  readonly #timeoutMs: number;
  readonly #retained = new RetainedFamilies();
  /** By worker. */
  readonly #known = new Map<number, readonly FamilySnapshot[]>();
  readonly #pending = new Map<number, PendingAnswer>();
  #lastQuestionId = 0;
  #refreshing: Promise<void> | undefined;
  readonly #onMessage = (worker: Worker, message: unknown): void => this.#receive(worker, message);
  readonly #onExit = (worker: Worker): void => this.#retain(worker);

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    cluster.on('message', this.#onMessage);
    cluster.on('exit', this.#onExit);
  }

  families(): readonly FamilySnapshot[] {
    return [...this.#known.values(), this.#retained.families].flat();
  }

  /** Several collections at a time share one round of questions. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#askAll().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  close(): void {
    cluster.off('message', this.#onMessage);
    cluster.off('exit', this.#onExit);
    for (const { settle } of this.#pending.values()) settle();
  }

  async #askAll(): Promise<void> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected() === true);
    await Promise.all(workers.map((worker) => this.#ask(worker!)));
  }

  #ask(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(), this.#timeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#pending.delete(worker.id);
        resolve();
      };
      const questionId = ++this.#lastQuestionId;
      this.#pending.set(worker.id, { questionId, settle });
      worker.send(question(questionId), (error) => {
        if (error !== null) settle();
      });
    });
  }

  #receive(worker: Worker, message: unknown): void {
    if (!isAnswer(message)) return;
    this.#keep(worker, message);
    const pending = this.#pending.get(worker.id);
    if (pending?.questionId === message.answerTo) pending.settle();
  }

  /** An answer that comes late is still the latest. */
  #keep(worker: Worker, message: ClusterAnswer): void {
    if (worker.isDead()) return;
    try {
      this.#known.set(worker.id, familiesOf(message));
    } catch {
      // A worker of another version: what it said before stays.
    }
  }

  #retain(worker: Worker): void {
    const known = this.#known.get(worker.id);
    if (known !== undefined) this.#retained.retain(known);
    this.#known.delete(worker.id);
    this.#pending.get(worker.id)?.settle();
  }
}

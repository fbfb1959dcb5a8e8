// What the page knows of the monitor: its last snapshot, whether the live stream stands, and the server's time. The one
// writer is the event stream; components read through `use-monitor.ts`. A browser keeps six connections to a server for
// all tabs together, and a stream holds one for good: a tab that nobody sees gives its own back and only takes a glance
// now and then, for its title.

import type { WireSnapshot } from '../../../monitor/src/server/wire.ts';
import { EventStream } from '../api/event-stream.ts';
import { ServerClock } from './server-clock.ts';

export interface MonitorState {
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly snapshot: WireSnapshot | undefined;
  /** Server's time of its last message, unix milliseconds. */
  readonly heardMs: number | undefined;
  /** Rises with every message: whoever shows data asks again when it does. */
  readonly news: number;
  /** Rises when alerts may be others than before. */
  readonly alertNews: number;
}

const SILENCE_MS = 15_000;
const PROBE_TIMEOUT_MS = 5000;
/** The stream sends a snapshot when a state changes; ages and counts in it move on without that. */
const SNAPSHOT_MAX_AGE_MS = 4000;
const GLANCE_INTERVAL_MS = 10_000;

export class MonitorStore {
  readonly clock = new ServerClock();
  #state: MonitorState = { connection: 'connecting', snapshot: undefined, heardMs: undefined, news: 0, alertNews: 0 };
  readonly #listeners = new Set<() => void>();
  readonly #stream: EventStream;
  #snapshotAtMs = Number.NEGATIVE_INFINITY;
  #isRenewing = false;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #glances: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#stream = new EventStream('api/chain/v1/events', {
      opened: () => {
        this.#listenForSilence();
        this.#hearOfAlerts();
      },
      lost: () => this.#lose(),
      snapshot: (snapshot) => this.#receive(snapshot),
      commit: (commit) => {
        this.clock.observeCommit(commit.timeMs, performance.now());
        this.#heard({});
        void this.#renewSnapshot();
      },
      alerts: () => this.#hearOfAlerts(),
    });
  }

  get state(): MonitorState {
    return this.#state;
  }

  /** Server's time, unix milliseconds; undefined until the server was heard once. */
  nowMs(): number | undefined {
    return this.clock.nowMs(performance.now());
  }

  start(): void {
    document.addEventListener('visibilitychange', () => this.#follow());
    this.#follow();
  }

  /** Returns how to unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #follow(): void {
    clearTimeout(this.#silence);
    clearInterval(this.#glances);
    if (!document.hidden) {
      this.#stream.start();
      return;
    }
    this.#stream.stop();
    this.#glances = setInterval(() => void this.#renewSnapshot(), GLANCE_INTERVAL_MS);
    void this.#renewSnapshot();
  }

  #lose(): void {
    clearTimeout(this.#silence);
    this.clock.freeze(performance.now());
    this.#change({ connection: 'lost' });
  }

  #receive(snapshot: WireSnapshot): void {
    this.#snapshotAtMs = performance.now();
    this.clock.observe(snapshot.timeMs, snapshot.clockSpeed, performance.now());
    this.#heard({ snapshot });
  }

  #hearOfAlerts(): void {
    this.#change({ alertNews: this.#state.alertNews + 1 });
  }

  async #renewSnapshot(): Promise<void> {
    if (this.#isRenewing || performance.now() - this.#snapshotAtMs < SNAPSHOT_MAX_AGE_MS) return;
    this.#isRenewing = true;
    try {
      const response = await fetch('api/chain/v1/snapshot', { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      if (!response.ok) return;
      const snapshot = (await response.json()) as WireSnapshot;
      const isNewer = snapshot.timeMs >= (this.#state.snapshot?.timeMs ?? 0);
      if (isNewer && (document.hidden || this.#state.connection === 'live')) this.#receive(snapshot);
    } catch {
      // Who has the stream learns from it when the monitor is gone; the next commit asks again.
      if (document.hidden) this.#lose();
    } finally {
      this.#isRenewing = false;
    }
  }

  #heard(change: Partial<MonitorState>): void {
    this.#listenForSilence();
    this.#change({ ...change, connection: 'live', heardMs: this.nowMs(), news: this.#state.news + 1 });
  }

  #change(change: Partial<MonitorState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** A server that hangs or a cable that was cut closes no connection: after some silence it is asked whether it lives. */
  #listenForSilence(): void {
    clearTimeout(this.#silence);
    if (!document.hidden) this.#silence = setTimeout(() => void this.#probe(), SILENCE_MS);
  }

  async #probe(): Promise<void> {
    try {
      await fetch('live', { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS), cache: 'no-store' });
      this.#listenForSilence();
    } catch {
      if (!document.hidden) this.#stream.reconnect();
    }
  }
}

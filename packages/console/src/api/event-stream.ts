// The monitor's server-sent events, kept open. The browser's own reconnecting gives up on an HTTP error and says nothing
// of how long it has been trying, so each connection here is used once and a lost one is replaced, sooner at first and
// every five seconds at last. Invariant: at most one connection or one pending attempt at any time.

import type { WireEvent, WireSnapshot } from '../../../monitor/src/server/wire.ts';

type CommitEvent = Extract<WireEvent, { kind: 'commit' }>;

export interface StreamListener {
  opened(): void;
  lost(): void;
  snapshot(snapshot: WireSnapshot): void;
  commit(commit: CommitEvent): void;
}

/** What of the browser the stream uses; a test hands in its own. */
export interface StreamPlatform {
  connect(url: string): Pick<EventSource, 'addEventListener' | 'close'>;
  /** Returns how to cancel. */
  after(delayMs: number, run: () => void): () => void;
}

const RETRY_DELAYS_MS = [500, 1000, 2000, 5000];

const BROWSER: StreamPlatform = {
  connect: (url) => new EventSource(url),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export class EventStream {
  readonly #url: string;
  readonly #listener: StreamListener;
  readonly #platform: StreamPlatform;
  #close: (() => void) | undefined;
  #failures = 0;

  constructor(url: string, listener: StreamListener, platform: StreamPlatform = BROWSER) {
    this.#url = url;
    this.#listener = listener;
    this.#platform = platform;
  }

  start(): void {
    this.stop();
    const source = this.#platform.connect(this.#url);
    let isOpen = true;
    this.#close = () => {
      isOpen = false;
      source.close();
    };
    source.addEventListener('open', () => {
      if (!isOpen) return;
      this.#failures = 0;
      this.#listener.opened();
    });
    source.addEventListener('error', () => {
      if (isOpen) this.reconnect();
    });
    source.addEventListener('snapshot', (event) => {
      if (isOpen) this.#receive((event as MessageEvent<string>).data);
    });
    source.addEventListener('commit', (event) => {
      if (isOpen) this.#receive((event as MessageEvent<string>).data);
    });
  }

  stop(): void {
    this.#close?.();
    this.#close = undefined;
  }

  /** Gives the present connection up, because it failed or because nothing came over it, and tries again. */
  reconnect(): void {
    this.stop();
    const delayMs = RETRY_DELAYS_MS[Math.min(this.#failures, RETRY_DELAYS_MS.length - 1)] ?? 5000;
    this.#failures++;
    this.#close = this.#platform.after(delayMs, () => this.start());
    this.#listener.lost();
  }

  #receive(text: string): void {
    const event = JSON.parse(text) as WireEvent;
    if (event.kind === 'snapshot') this.#listener.snapshot(event.snapshot);
    else this.#listener.commit(event);
  }
}

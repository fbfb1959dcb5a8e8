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
  /** Alerts, or the rules that make them, are others than before. */
  alerts(): void;
}

/** What of the browser the stream uses; a test hands in its own. */
export interface StreamPlatform {
  connect(url: string): Pick<EventSource, 'addEventListener' | 'close'>;
  /** Returns how to cancel. */
  after(delayMs: number, run: () => void): () => void;
}

const KINDS: readonly WireEvent['kind'][] = ['snapshot', 'commit', 'alerts'];
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
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        if (isOpen) this.#receive((event as MessageEvent<string>).data);
      });
    }
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
    switch (event.kind) {
      case 'snapshot':
        this.#listener.snapshot(event.snapshot);
        break;
      case 'commit':
        this.#listener.commit(event);
        break;
      case 'alerts':
        this.#listener.alerts();
        break;
    }
  }
}

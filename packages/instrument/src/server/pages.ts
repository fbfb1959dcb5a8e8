// The pages of metrics. Requests for the same page that come while it is made get the same bytes, so that however many ask
// at once, a registry is read once a turn of the event loop; different pages at a time are bounded, and so is how long a
// page waits for what attached sources have yet to fetch.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderTextBytes } from '../exposition/text.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Registry } from '../registry.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { type FormatName, formatOf } from './formats.ts';
import { selectFamilies } from './select-families.ts';
import { type ServerParts, settlesWithin } from './server-limits.ts';

interface PageRequest {
  readonly format: FormatName;
  /** Families to show; undefined for all. */
  readonly names: readonly string[] | undefined;
  readonly isGzipWelcome: boolean;
}

interface Page {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly isGzip: boolean;
}

interface PagesOptions {
  readonly registry: Registry;
  readonly profile: Profile | undefined;
  /** Told how long a page of all families took to make, compression aside. */
  readonly onRendered: (format: FormatName, seconds: number) => void;
}

/** The fastest: it takes out most of what can be, and a scraper waits for it. */
const GZIP_LEVEL = 1;

const compress = promisify(gzip);

export class Pages {
  readonly #options: PagesOptions;
  readonly #parts: ServerParts;
  readonly #inFlight = new Map<string, Promise<Page>>();
  #refreshing: Promise<void> | undefined;

  constructor(options: PagesOptions, parts: ServerParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Undefined when as many different pages as may be are being made. Rejects when a renderer fails. */
  page(request: PageRequest): Promise<Page> | undefined {
    const key = JSON.stringify([request.format, request.names, request.isGzipWelcome]);
    const shared = this.#inFlight.get(key);
    if (shared !== undefined) return shared;
    if (this.#inFlight.size >= this.#parts.limits.maxRenders) return undefined;
    const made = this.#make(request).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, made);
    return made;
  }

  /** Everything as it is now, under its canonical names. */
  async snapshot(): Promise<Snapshot> {
    await this.#refresh();
    return this.#options.registry.snapshot();
  }

  async #make(request: PageRequest): Promise<Page> {
    await this.#refresh();
    // Whoever asks in this turn of the event loop as well shall share the page.
    await nextTurn();
    const { contentType } = formatOf(request.format);
    const body = this.#render(request);
    if (!request.isGzipWelcome || body.byteLength < this.#parts.limits.minGzipBytes) {
      return { contentType, body, isGzip: false };
    }
    return { contentType, body: await compress(body, { level: GZIP_LEVEL }), isGzip: true };
  }

  #render({ format, names }: PageRequest): Uint8Array {
    const { registry, profile, onRendered } = this.#options;
    const startMs = this.#parts.monotonicMs();
    if (names !== undefined) return formatOf(format).render(selectFamilies(this.#shownSnapshot(), names));
    const isPlainText = format === 'text' && profile === undefined;
    const body = isPlainText ? renderTextBytes(registry) : formatOf(format).render(this.#shownSnapshot());
    onRendered(format, (this.#parts.monotonicMs() - startMs) / 1000);
    return body;
  }

  #shownSnapshot(): Snapshot {
    const { registry, profile } = this.#options;
    const snapshot = registry.snapshot();
    return profile === undefined ? snapshot : profile.apply(snapshot);
  }

  /** One at a time: a source that does not answer is not asked again before it has. */
  async #refresh(): Promise<void> {
    this.#refreshing ??= this.#options.registry.refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await settlesWithin(this.#parts.after, this.#parts.limits.refreshTimeoutMs, this.#refreshing);
  }
}

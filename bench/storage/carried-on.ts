// A recording as it is, and carried on beyond its end: the recording itself, then again and again at another pace each time (0.8 to
// 1.2 times), for as many hours as are asked for. What it does to each series: `series-behaviour.ts`, `series-players.ts`. Seeded, and
// a stream: memory is the recording. Nothing is repeated literally, as a compressor would find that and its figure would mean nothing.

import type { Labels } from '../../packages/monitor/src/model/labels.ts';
import { labelsFromRecord } from '../../packages/monitor/src/model/labels.ts';
import { bitsOf, writeStaleAt } from '../../packages/monitor/src/model/staleness.ts';
import { mix, uniformOf } from './hashed-random.ts';
import type { RecordedTarget, Recording } from './recording.ts';
import { type BehaviouralRecording, behavioursOf } from './series-behaviour.ts';
import { type Place, type Player, playerOf } from './series-players.ts';
import type { Scrape, Workload } from './workload.ts';

export interface CarryOnOptions {
  /** How long, the recording's own length included. */
  readonly hours: number;
  readonly seed: number;
  /** Added to every time. */
  readonly shiftMs?: number;
  /** Scrapes come up to so many milliseconds late, at random; default 0, as recorded. */
  readonly jitterMs?: number;
  readonly job: string;
}

const SLOWEST_PACE = 0.8;
const FASTEST_PACE = 1.2;
const MS_AN_HOUR = 3_600_000;
/** `up` and `scrape_samples_scraped`. */
const REPORTS = 2;

export function carriedOn(name: string, recording: Recording, options: CarryOnOptions): Workload {
  const behavioural = behavioursOf(recording);
  return {
    name,
    series: [...recording.series.map(({ labels }) => labels), ...reportSeries(recording, options.job)],
    metadata: recording.metadata,
    scrapes: () => play(recording, behavioural, options),
  };
}

function reportSeries(recording: Recording, job: string): Labels[] {
  return recording.targets.flatMap(({ name: instance }) => [
    labelsFromRecord({ __name__: 'up', job, instance }),
    labelsFromRecord({ __name__: 'scrape_samples_scraped', job, instance }),
  ]);
}

function* play(
  recording: Recording,
  behavioural: BehaviouralRecording,
  { hours, seed, shiftMs = 0, jitterMs = 0 }: CarryOnOptions,
): Generator<Scrape, void, void> {
  const targets = recording.targets.map((_, index) => new CarriedTarget(recording, behavioural, index, seed));
  const firstMs = Math.min(...recording.targets.map(({ timesMs }) => timesMs[0]!));
  const endMs = firstMs + hours * MS_AN_HOUR;
  let jitter = mix(seed);
  for (;;) {
    const next = targets.reduce((a, b) => (b.nextMs < a.nextMs ? b : a));
    if (next.nextMs >= endMs) return;
    jitter = mix(jitter);
    yield next.scrape(shiftMs + (jitterMs === 0 ? 0 : Math.floor(uniformOf(jitter) * (jitterMs + 1))));
  }
}

class CarriedTarget {
  /** When its next scrape is due. */
  nextMs: number;
  readonly #target: number;
  readonly #recorded: RecordedTarget;
  readonly #isPresent: readonly Uint8Array[];
  readonly #players: readonly Player[];
  readonly #values: Float64Array;
  readonly #wasPresent: Uint8Array;
  readonly #series: Uint32Array;
  readonly #rows: Float64Array;
  readonly #rowBits: Uint32Array;
  readonly #firstReport: number;
  readonly #intervalMs: number;
  readonly #seed: number;
  readonly #place: Place = {
    scrape: 0,
    part: 0,
    partBefore: 0,
    isAgain: false,
    isVerbatim: true,
    repetitionHash: 0,
    stepHash: 0,
  };
  #step = 0;
  #repetition = 0;
  #pace = 1;
  /** In recorded scrapes. */
  #position = 0;

  constructor(recording: Recording, { behaviours, isRestart }: BehaviouralRecording, index: number, seed: number) {
    const target = recording.targets[index]!;
    const { firstSeries, endSeries, timesMs } = target;
    this.#target = index;
    this.#recorded = target;
    this.#isPresent = recording.series.slice(firstSeries, endSeries).map(({ isPresent }) => isPresent);
    const count = endSeries - firstSeries;
    this.#values = new Float64Array(count);
    this.#wasPresent = new Uint8Array(count);
    this.#series = new Uint32Array(count + REPORTS);
    this.#rows = new Float64Array(count + REPORTS);
    this.#rowBits = bitsOf(this.#rows);
    this.#firstReport = recording.series.length + REPORTS * index;
    this.#seed = seed;
    let restarts = 0;
    const played = {
      series: recording.series,
      firstSeries,
      values: this.#values,
      restarts: Uint32Array.from(isRestart[index]!, (isOne) => (restarts += isOne)),
    };
    this.#players = behaviours[index]!.map((behaviour) => playerOf(behaviour, played));
    this.nextMs = timesMs[0]!;
    this.#intervalMs = Math.round((timesMs.at(-1)! - timesMs[0]!) / Math.max(1, timesMs.length - 1));
  }

  scrape(movedMs: number): Scrape {
    const place = this.#place;
    place.stepHash = mix(this.#seed ^ mix(this.#step));
    if (this.#recorded.isUp[place.scrape] === 1) for (const player of this.#players) player.goTo(place);
    const count = this.#fillRows(place.scrape);
    const timestampMs = this.nextMs + movedMs;
    this.#goOn();
    return { target: this.#target, timestampMs, count, series: this.#series, values: this.#rows };
  }

  #fillRows(scrape: number): number {
    const { isUp, firstSeries } = this.#recorded;
    const [series, rows, values, wasPresent] = [this.#series, this.#rows, this.#values, this.#wasPresent];
    let count = REPORTS;
    for (let index = 0; index < values.length; index++) {
      if (this.#isPresent[index]![scrape] === 0) continue;
      series[count] = firstSeries + index;
      rows[count++] = values[index]!;
    }
    series[0] = this.#firstReport;
    rows[0] = isUp[scrape]!;
    series[1] = this.#firstReport + 1;
    rows[1] = count - REPORTS;
    for (let index = 0; index < values.length; index++) {
      const isPresent = this.#isPresent[index]![scrape]!;
      if (isPresent === 0 && wasPresent[index] === 1) {
        series[count] = firstSeries + index;
        writeStaleAt(this.#rowBits, count++);
      }
      wasPresent[index] = isPresent;
    }
    return count;
  }

  #goOn(): void {
    const { timesMs } = this.#recorded;
    const place = this.#place;
    const last = timesMs.length - 1;
    this.#step++;
    this.#position += this.#pace;
    if (this.#position > last || (this.#repetition > 0 && this.#position === last)) this.#beginRepetition(last);
    const scrape = Math.floor(this.#position);
    place.isAgain = scrape === place.scrape;
    place.partBefore = place.isAgain ? place.part : 0;
    place.scrape = scrape;
    place.part = this.#position - scrape;
    // Every scrape is as late as the recorded one was.
    const lateMs = timesMs[scrape]! - timesMs[0]! - scrape * this.#intervalMs;
    this.nextMs = timesMs[0]! + this.#step * this.#intervalMs + lateMs;
  }

  #beginRepetition(last: number): void {
    this.#position -= last;
    this.#repetition++;
    const hash = mix(this.#seed ^ mix(this.#repetition));
    this.#pace = SLOWEST_PACE + (FASTEST_PACE - SLOWEST_PACE) * uniformOf(hash);
    this.#place.isVerbatim = false;
    this.#place.repetitionHash = hash;
    this.#place.scrape = -1;
    for (const player of this.#players) player.rewind();
  }
}

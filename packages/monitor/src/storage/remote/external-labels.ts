// Labels that every series carries on the server and not here, so that servers can tell the monitors of a fleet apart. A
// series that has a label of that name keeps its own. Questions get them as matchers, unless they name the label
// themselves, and answers are rid of them again, as Prometheus does it with `external_labels` in remote write and remote
// read: what was appended is what is read. They are added when samples are sent, so what waits gets those of now.

import { ProtobufWriter } from '../../encoding/protobuf-writer.ts';
import type { Label, Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { writeLabels } from './wire/label-bytes.ts';

/** How a question is asked of the server, and what its answer means here. */
export interface ServerView {
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** Names that are no part of the answer. */
  readonly hidden: ReadonlySet<string>;
  readonly strip: (labels: Labels) => Labels;
}

export class ExternalLabels {
  readonly #labels: Labels;
  readonly #encoded: readonly EncodedLabel[];
  #scratch = new Uint8Array(1024);

  constructor(labels: Labels) {
    this.#labels = labels;
    this.#encoded = labels.map(encodedLabel);
  }

  get isEmpty(): boolean {
    return this.#labels.length === 0;
  }

  /** The labels of a series, as `writeLabels` wrote them, with those that it lacks. Valid until the next call. */
  addTo(series: Uint8Array): Uint8Array {
    if (this.isEmpty) return series;
    const merged = this.#room(series.length);
    let length = 0;
    let copied = 0;
    let next = 0;
    const copyTo = (end: number): void => {
      merged.set(series.subarray(copied, end), length);
      length += end - copied;
      copied = end;
    };
    const take = ({ bytes }: EncodedLabel): void => {
      merged.set(bytes, length);
      length += bytes.length;
    };
    for (let at = 0; at < series.length && next < this.#encoded.length; ) {
      const place = labelAt(series, at);
      let order = compareNames(this.#encoded[next]!.name, series, place);
      while (order < 0) {
        copyTo(at);
        take(this.#encoded[next++]!);
        if (next === this.#encoded.length) break;
        order = compareNames(this.#encoded[next]!.name, series, place);
      }
      if (order === 0) next++;
      at = place.end;
    }
    copyTo(series.length);
    while (next < this.#encoded.length) take(this.#encoded[next++]!);
    return merged.subarray(0, length);
  }

  /** `matcherSets`: a series counts that matches any of them; without one, all do. */
  view(matcherSets: readonly (readonly Matcher[])[]): ServerView {
    if (this.isEmpty) return { matcherSets, hidden: NONE, strip: (labels) => labels };
    const named = new Set(matcherSets.flat().map(({ name }) => name));
    const hidden = new Set(this.#labels.map(({ name }) => name).filter((name) => !named.has(name)));
    const sets = matcherSets.length === 0 ? [[]] : matcherSets;
    return {
      matcherSets: sets.map((matchers) => this.#with(matchers)),
      hidden,
      strip: (labels) => (hidden.size === 0 ? labels : labels.filter(({ name }) => !hidden.has(name))),
    };
  }

  #with(matchers: readonly Matcher[]): readonly Matcher[] {
    const added = this.#labels.filter(({ name }) => matchers.every((matcher) => matcher.name !== name));
    return [...matchers, ...added.map(({ name, value }): Matcher => ({ name, operator: '=', value }))];
  }

  #room(seriesBytes: number): Uint8Array {
    const needed = this.#encoded.reduce((sum, { bytes }) => sum + bytes.length, seriesBytes);
    if (needed > this.#scratch.length) this.#scratch = new Uint8Array(2 * needed);
    return this.#scratch;
  }
}

const NONE: ReadonlySet<string> = new Set();

interface EncodedLabel {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
}

function encodedLabel(label: Label): EncodedLabel {
  const writer = new ProtobufWriter();
  writeLabels(writer, [label]);
  return { name: Buffer.from(label.name), bytes: writer.written().slice() };
}

/** Offsets of one label of a series. */
interface LabelPlace {
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly end: number;
}

/** A label is: tag, length, tag of the name, length of the name, name, and the value. Tags take one byte here. */
function labelAt(series: Uint8Array, at: number): LabelPlace {
  let length = 0;
  let start = at + 1;
  for (let shift = 0; ; shift += 7) {
    const byte = series[start++]!;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  let nameLength = 0;
  let nameStart = start + 1;
  for (let shift = 0; ; shift += 7) {
    const byte = series[nameStart++]!;
    nameLength += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { nameStart, nameEnd: nameStart + nameLength, end: start + length };
}

/** As the names themselves compare: those of external labels are ASCII. */
function compareNames(name: Uint8Array, series: Uint8Array, { nameStart, nameEnd }: LabelPlace): number {
  const shared = Math.min(name.length, nameEnd - nameStart);
  for (let index = 0; index < shared; index++) {
    const difference = name[index]! - series[nameStart + index]!;
    if (difference !== 0) return difference;
  }
  return name.length - (nameEnd - nameStart);
}

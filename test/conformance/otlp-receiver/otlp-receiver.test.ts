// The same OTLP requests to Prometheus 3 and to our receiver: every series, label, value, native histogram, exemplar, type
// and unit is compared, for each setting that changes the translation.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { OtlpSettings } from '../../../packages/monitor/src/sources/push/otlp/settings.ts';
import { at, gauge, request } from '../../../packages/monitor/src/sources/push/otlp/testing/build-request.ts';
import {
  encodeOtlp,
  encodeOtlpJson,
  type OtlpObject,
} from '../../../packages/monitor/src/sources/push/otlp/testing/official-otlp.ts';
import { Receiving } from '../../../packages/monitor/src/sources/push/otlp/testing/received.ts';
import type { ServerProcess } from '../testing/server-process.ts';
import { CASES } from './cases.ts';
import { type ComparedSeries, comparedSeries } from './compared-series.ts';
import { DELTA_CASES } from './delta-cases.ts';
import { METADATA_CASES } from './name-cases.ts';
import { postOtlp, SKIP_WITHOUT_PROMETHEUS_3, startPrometheus3 } from './prometheus-3.ts';
import { randomRequest } from './random-request.ts';
import { WrittenSeriesServer } from './written-series.ts';

const SEED = 20_261_120;
const TYPE_AND_UNIT = 'type-and-unit-labels';

interface Variant {
  readonly settings: Partial<OtlpSettings>;
  /** The lines below `otlp:` that say the same to Prometheus. */
  readonly config: readonly string[];
  readonly feature?: string;
  /** Cases with something that Prometheus refuses under these settings, and the rest with it. */
  readonly without?: readonly string[];
  readonly cases?: typeof CASES;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  'the defaults': { settings: {}, config: [] },
  'escaped names without suffixes': {
    settings: { translationStrategy: 'UnderscoreEscapingWithoutSuffixes' },
    config: ['translation_strategy: UnderscoreEscapingWithoutSuffixes'],
  },
  'names as they are, with suffixes': {
    settings: { translationStrategy: 'NoUTF8EscapingWithSuffixes' },
    config: ['translation_strategy: NoUTF8EscapingWithSuffixes'],
  },
  'names as they are': {
    settings: { translationStrategy: 'NoTranslation' },
    config: ['translation_strategy: NoTranslation'],
  },
  'promoted attributes and scopes, and histograms with custom bounds': {
    settings: {
      promoteResourceAttributes: ['host.name', 'service.version', 'service.name'],
      keepIdentifyingResourceAttributes: true,
      convertHistogramsToNhcb: true,
      promoteScopeMetadata: true,
    },
    config: [
      'promote_resource_attributes: [host.name, service.version, service.name]',
      'keep_identifying_resource_attributes: true',
      'convert_histograms_to_nhcb: true',
      'promote_scope_metadata: true',
    ],
    without: ['classic histograms'],
  },
  'all attributes of the resource but two': {
    settings: { promoteAllResourceAttributes: true, ignoreResourceAttributes: ['host.name', 'process.pid'] },
    config: ['promote_all_resource_attributes: true', 'ignore_resource_attributes: [host.name, process.pid]'],
  },
  'types and units': { settings: {}, config: [], feature: TYPE_AND_UNIT, cases: METADATA_CASES },
  'deltas added up': {
    settings: { delta: 'cumulative' },
    config: [],
    feature: 'otlp-deltatocumulative',
    cases: DELTA_CASES,
  },
};

for (const [name, { settings, config, feature, without = [], cases = CASES }] of Object.entries(VARIANTS)) {
  describe(`OTLP as Prometheus 3 translates it: ${name}`, { skip: SKIP_WITHOUT_PROMETHEUS_3 }, () => {
    let written: WrittenSeriesServer;
    let prometheus: ServerProcess;
    let number = 0;
    const receiving = new Receiving(settings);
    const startMs = Date.now() + 60_000;

    before(async () => {
      written = await WrittenSeriesServer.start();
      prometheus = await startPrometheus3(written.address, config, feature);
    });
    after(async () => {
      await prometheus?.stop();
      await written?.stop();
    });

    /** Sends to both and compares. Times rise from case to case, as series come again. */
    async function compare(
      requests: readonly OtlpObject[],
      format: 'protobuf' | 'json',
      timeMs: number,
    ): Promise<void> {
      const ours = [];
      for (const each of requests) {
        const body = format === 'json' ? encodeOtlpJson(each) : encodeOtlp(each);
        await write(prometheus.address, body, format);
        ours.push(await receiving.receive(body, format, Date.now()));
      }
      const sentinel = `sentinel${number++}`;
      await write(
        prometheus.address,
        encodeOtlp(request([gauge(sentinel, [{ ...at(timeMs), asInt: 1 }])], { resource: {} })),
      );
      const theirs = await written.takeThrough(sentinel);
      assert.ok(theirs.size > 0, 'Prometheus wrote nothing');
      assert.deepEqual(sorted(comparedSeries(ours, { withMetadata: feature === TYPE_AND_UNIT })), sorted(theirs));
    }

    for (const [about, makeRequests] of Object.entries(cases)) {
      if (without.includes(about)) continue;
      it(about, async () => {
        const timeMs = startMs + 2000 * number;
        const made = makeRequests(timeMs);
        await compare(Array.isArray(made) ? made : [made], number % 2 === 0 ? 'protobuf' : 'json', timeMs);
      });
    }

    it(`random requests (seed ${SEED})`, { skip: cases !== CASES }, async () => {
      const timeMs = startMs + 2000 * number;
      await compare([randomRequest(SEED, timeMs)], 'protobuf', timeMs);
    });
  });
}

/** What both take: Prometheus refuses a request as a whole. */
async function write(address: string, body: Uint8Array, format: 'protobuf' | 'json' = 'protobuf'): Promise<void> {
  const { status, text } = await postOtlp(address, body, format);
  assert.equal(status, 200, `Prometheus answered ${text}`);
}

function sorted(series: ReadonlyMap<string, ComparedSeries>): Record<string, ComparedSeries> {
  return Object.fromEntries(
    [...series]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { samples, histograms, exemplars, ...rest }]) => [
        key,
        {
          samples: samples.toSorted(([a], [b]) => a - b),
          histograms: histograms.toSorted(([a], [b]) => a - b),
          exemplars: exemplars.toSorted((a, b) => a.timestampMs - b.timestampMs),
          ...rest,
        },
      ]),
  );
}

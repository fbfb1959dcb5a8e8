import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedPush, OversizedPush } from '../../malformed.ts';
import { Slices } from '../../pacing.ts';
import { at, attributes, gauge, request } from '../testing/build-request.ts';
import { NOW_MS, Receiving } from '../testing/received.ts';
import { protobufOfJson } from './otlp-json.ts';

const BOUNDS = { jsonDepth: 96, jsonTranslatedBytes: 1 << 20 };

function translate(text: string, bounds = BOUNDS): Promise<Uint8Array> {
  return protobufOfJson(Buffer.from(text), bounds, new Slices());
}

/** The data point's JSON within a request. */
function withPoint(fields: string, metric = '"gauge"'): string {
  return `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"g",${metric}:{"dataPoints":[{${fields}}]}}]}]}]}`;
}

async function readValue(fields: string): Promise<number | 'stale' | undefined> {
  const received = await new Receiving().receive(
    Buffer.from(withPoint(`"timeUnixNano":"${NOW_MS}000000",${fields}`)),
    'json',
  );
  return received.samples.get('g{}')?.[0]?.[1];
}

describe('OTLP in JSON', () => {
  it('reads numbers as numbers and as strings, and the words for those that JSON has not', async () => {
    for (const [text, value] of [
      ['"asInt":"5"', 5],
      ['"asInt":5', 5],
      ['"asInt":-5', -5],
      ['"asInt":5.0', 5],
      ['"asInt":"9223372036854775807"', 2 ** 63],
      ['"asInt":"-9223372036854775808"', -(2 ** 63)],
      ['"asDouble":1.5e3', 1500],
      ['"asDouble":"1.5"', 1.5],
      ['"asDouble":"-Infinity"', -Infinity],
      ['"asDouble":"NaN"', Number.NaN],
      ['"asDouble":"nan"', Number.NaN],
      ['"asDouble":"+Inf"', Infinity],
      ['"asDouble":"inf"', Infinity],
      ['"asDouble":"+infinity"', Infinity],
      ['"asDouble":"-Inf"', -Infinity],
      ['"asDouble":"+1"', 1],
      ['"asDouble":1,"asInt":"2"', 2],
      ['"as_double":1', 1],
      ['"asDouble":null,"asInt":3', 3],
      ['"flags":1', 'stale'],
    ] as const) {
      assert.deepEqual(await readValue(text), value, text);
    }
  });

  it('takes null for a message without fields, also for the whole', async () => {
    for (const text of ['null', '{"resourceMetrics":[null]}', '{"resourceMetrics":[{"scopeMetrics":[null]}]}']) {
      assert.equal((await new Receiving().receive(Buffer.from(text), 'json')).outcome.dataPoints, 0);
    }
    const list = '{"key":"a","value":{"arrayValue":{"values":[null,{"stringValue":"x"}]}}}';
    const fields = `"timeUnixNano":"${NOW_MS}000000","asInt":1,"exemplars":[null],"attributes":[${list}]`;
    const received = await new Receiving().receive(Buffer.from(withPoint(fields)), 'json');
    assert.deepEqual([...received.samples.keys()], ['g{a="[null,\\"x\\"]"}']);
  });

  it('refuses a number that 64 bits do not hold, and words without quotes', async () => {
    for (const text of ['1e400', '"1e400"', 'inf', '" 1"', '"0x10"']) {
      await assert.rejects(readValue(`"asDouble":${text}`), MalformedPush, text);
    }
  });

  it('reads enums by number and by name, and ids in hexadecimal of both cases', async () => {
    for (const temporality of ['2', '"AGGREGATION_TEMPORALITY_CUMULATIVE"']) {
      const text = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"c","sum":{"aggregationTemporality":${temporality},
        "isMonotonic":true,"dataPoints":[{"timeUnixNano":"${NOW_MS}000000","asInt":"1","exemplars":[
        {"timeUnixNano":"${NOW_MS}000000","asInt":"1","traceId":"4BF92f3577b34da6a3ce929d0e0e4736"}]}]}}]}]}]}`;
      const received = await new Receiving().receive(Buffer.from(text), 'json');
      assert.deepEqual(received.exemplars.get('c_total{}')?.[0]?.labels, [
        { name: 'trace_id', value: '4bf92f3577b34da6a3ce929d0e0e4736' },
      ]);
    }
  });

  it('passes over fields that it does not know, whatever they hold', async () => {
    const unknown = '"x":{"a":[1,"]}",{"b":[[],{}]}],"c":{}},"y":null,"z":[],"u":"\\"","asDouble":7';
    assert.equal(await readValue(unknown), 7);
  });

  it('reads strings with escapes and all of Unicode', async () => {
    const labels = { 'a"\\\n\u0001': 'é😀\u2028', b: '' };
    const body = Buffer.from(
      JSON.stringify(request([gauge('g', [{ ...at(NOW_MS), asInt: 1, attributes: attributes(labels) }])]))
        // As escapes too, in pairs for what is beyond 16 bits.
        .replace('😀', '\\ud83d\\ude00'),
    );
    const received = await new Receiving().receive(body, 'json');
    assert.deepEqual([...received.samples.keys()], ['g{a____="é😀\u2028",instance="a:1",job="node"}']);
  });

  for (const [about, text] of [
    ['nothing', ''],
    ['another value', '[]'],
    ['something behind it', '{} {}'],
    ['a missing brace', '{"resourceMetrics":[{'],
    ['a comma too many', '{"resourceMetrics":[{},]}'],
    ['a comma too many in what is unknown', '{"x":[1,]}'],
    ['a missing comma', '{"resourceMetrics":[{}{}]}'],
    ['a number that is none', withPoint('"asDouble":01')],
    ['a word that is none', withPoint('"asDouble":nul')],
    ['a string for a message', withPoint('"attributes":["x"]')],
    ['a fraction for a whole number', withPoint('"asInt":1.5')],
    ['a whole number of 65 bits', withPoint('"asInt":"9223372036854775808"')],
    ['an escape that is none', withPoint('"attributes":[{"key":"\\x"}]')],
    ['a control character', withPoint('"attributes":[{"key":"\n"}]')],
    ['a string without end', '{"resourceMetrics'],
    [
      'a temporality that is none',
      withPoint('', '"aggregationTemporality":"x","sum"')
        .replace('"aggregationTemporality":"x",', '')
        .replace('"sum":{', '"sum":{"aggregationTemporality":"x",'),
    ],
  ] as const) {
    it(`is refused with its place: ${about}`, async () => {
      await assert.rejects(translate(text), (error: unknown) => {
        assert.ok(error instanceof MalformedPush, String(error));
        assert.match(error.message, /at byte \d+ of the unpacked body/);
        return true;
      });
    });
  }

  it('is refused beyond its depth and its size', async () => {
    await assert.rejects(translate(`{"x":${'['.repeat(200)}`), OversizedPush);
    const deep = '{"value":{"arrayValue":{"values":['.repeat(1) + '{"arrayValue":{"values":['.repeat(60);
    await assert.rejects(translate(withPoint(`"attributes":[${deep}`)), OversizedPush);
    await assert.rejects(
      translate(withPoint(`"attributes":[${'{},'.repeat(1000)}{}]`), { jsonDepth: 96, jsonTranslatedBytes: 5000 }),
      OversizedPush,
    );
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANY_VALUE } from '../expression/any-value.ts';
import { fillVariables } from './template-variables.ts';

const VALUES = new Map([
  ['window', '10m'],
  ['top', '5'],
]);
const fill = (text: string): string => fillVariables(text, VALUES, 60_000).text;

test('each way to write a variable becomes what the language takes in its place', () => {
  assert.equal(fill('up{job="$job"}'), `up{job="${ANY_VALUE}"}`);
  assert.equal(fill(`up{job=~"\${job:regex}",x=~"[[x]]"}`), `up{job=~"${ANY_VALUE}",x=~"${ANY_VALUE}"}`);
  assert.equal(fill('rate(a[$__rate_interval])'), 'rate(a[60000ms])');
  assert.equal(fill(`rate(a[$window]) / rate(a[\${other}])`), 'rate(a[10m]) / rate(a[60000ms])');
  assert.equal(fill('max_over_time(a[1h:$__interval])'), 'max_over_time(a[1h:60000ms])');
  assert.equal(fill('topk($top, a)'), 'topk(5, a)');
  assert.equal(fill('sum by ($by) (a)'), `sum by (${ANY_VALUE}) (a)`);
  assert.equal(fill('increase(a[$__range])'), 'increase(a[1h])');
});

test('what is no variable stays: the end of a regular expression, and a group of label_replace', () => {
  assert.equal(fill('a{b=~"c$"}'), 'a{b=~"c$"}');
  assert.equal(fill('label_replace(a, "b", "$1", "c", "(.*)")'), 'label_replace(a, "b", "$1", "c", "(.*)")');
});

test('places lead back to what is written', () => {
  const written = 'rate(a{b="$b"}[$__interval]) > c';
  const { text, offsetOf } = fillVariables(written, VALUES, 60_000);
  assert.equal(offsetOf(text.indexOf('> c')), written.indexOf('> c'));
  assert.equal(offsetOf(0), 0);
  assert.equal(offsetOf(text.indexOf(ANY_VALUE) + 3), written.indexOf('$b'));
});

// Prometheus' functions of query results: `query` asks, the others take apart what came.
// https://prometheus.io/docs/prometheus/latest/configuration/template_reference/#queries

import { anything, compareText, float, type ListValue, text, type Value } from '../values.ts';
import { CallError, type Functions, textArgument } from './signature.ts';

export const SAMPLE_FUNCTIONS: Functions = {
  query: { parameters: ['string'], call: (values, { answerTo }) => answerTo(textArgument(values, 0)) },
  first: { parameters: ['template.queryResult'], call: ([value]) => firstOf(listArgument(value)) },
  label: {
    parameters: ['string', '*template.sample'],
    call: (values) => text(sampleLabel(values[1], textArgument(values, 0))),
  },
  value: { parameters: ['*template.sample'], call: ([sample]) => sampleField(sample, 'Value') },
  strvalue: { parameters: ['*template.sample'], call: ([sample]) => text(sampleLabel(sample, '__value__')) },
  sortByLabel: {
    parameters: ['string', 'template.queryResult'],
    call: (values) => sortedByLabel(listArgument(values[1]), textArgument(values, 0)),
  },
  args: {
    parameters: [],
    rest: 'interface {}',
    call: (values) => ({
      kind: 'map',
      type: 'map[string]interface {}',
      entries: new Map(
        values.map((value, index) => [`arg${index}`, value.kind === 'interface' ? value : anything(value)]),
      ),
    }),
  },
  now: { parameters: [], call: (_, { nowMs }) => float(nowMs / 1000) },
};

function listArgument(value: Value | undefined): ListValue {
  if (value?.kind !== 'list') throw new TypeError('the argument is no list');
  return value;
}

function firstOf({ items, from, to }: ListValue): Value {
  const first = from < to ? items[from] : undefined;
  if (first === undefined) throw new CallError('first() called on vector with no elements');
  return first;
}

function sampleField(sample: Value | undefined, name: 'Labels' | 'Value'): Value {
  const field = sample?.kind === 'pointer' && sample.to?.kind === 'struct' ? sample.to.fields.get(name) : undefined;
  if (field === undefined) throw new CallError('runtime error: invalid memory address or nil pointer dereference');
  return field;
}

function sampleLabel(sample: Value | undefined, name: string): string {
  const labels = sampleField(sample, 'Labels');
  const value = labels.kind === 'map' ? labels.entries.get(name) : undefined;
  return value?.kind === 'text' ? value.value : '';
}

/** In place, for everybody who has the same list. */
function sortedByLabel(list: ListValue, name: string): ListValue {
  const part = list.items.slice(list.from, list.to);
  part.sort((a, b) => compareText(sampleLabel(a, name), sampleLabel(b, name)));
  list.items.splice(list.from, part.length, ...part);
  return list;
}

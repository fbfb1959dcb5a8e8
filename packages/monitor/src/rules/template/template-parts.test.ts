import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTemplate } from './template.ts';
import { templateParts } from './template-parts.ts';

const partsOf = (text: string): ReturnType<typeof templateParts> => templateParts(parseTemplate(text, 'n'));
const labelsOf = (text: string): string[] => partsOf(text).labels.map(({ name }) => name);

describe('templateParts', () => {
  it('finds labels however they are reached', () => {
    assert.deepEqual(labelsOf('{{ $labels.a }}{{ .Labels.b }}{{ $.Labels.c }}{{ ($labels).d | toUpper }}'), [
      'a',
      'b',
      'c',
      'd',
    ]);
    assert.deepEqual(
      labelsOf('{{ index $labels "a" }}{{ "b" | index .Labels }}{{ if eq $labels.c "x" }}{{ .Labels.d }}{{ end }}'),
      ['a', 'b', 'c', 'd'],
    );
    assert.deepEqual(
      labelsOf('{{ with $labels }}{{ .a }}{{ else }}{{ .Labels.b }}{{ end }}{{ $l := .Labels }}{{ $l.c }}'),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(
      labelsOf(
        '{{ define "t" }}{{ .Labels.a }}{{ end }}{{ define "u" }}{{ .b }}{{ end }}{{ template "t" . }}{{ template "u" $labels }}',
      ),
      ['a', 'b'],
    );
  });

  it('does not take labels of other things for those of the alert', () => {
    assert.deepEqual(labelsOf('{{ range query "up" }}{{ .Labels.a }}{{ end }}{{ (query "up" | first).Labels.b }}'), []);
    assert.deepEqual(labelsOf('{{ with first (query "up") }}{{ .Labels.a }}{{ end }}{{ index (args 1) "arg0" }}'), []);
    assert.deepEqual(
      labelsOf('{{ $x := $labels }}{{ $x = args 1 }}{{ $x.a }}{{ define "t" }}{{ .Labels.b }}{{ end }}'),
      [],
    );
  });

  it('keeps labels of the monitor apart', () => {
    const { labels, externalLabels } = partsOf('{{ $externalLabels.cluster }}{{ .ExternalLabels.region }}');
    assert.deepEqual(labels, []);
    assert.deepEqual(
      externalLabels.map(({ name }) => name),
      ['cluster', 'region'],
    );
  });

  it('tells places in the text, from 1', () => {
    const { labels, functions, queries } = partsOf(
      'x\n {{ $labels.a | toUpper }}\n{{ query "up == 0" | first | value }}',
    );
    assert.deepEqual(labels, [{ name: 'a', line: 2, column: 5 }]);
    assert.deepEqual(functions.slice(0, 2), [
      { name: 'toUpper', line: 2, column: 17 },
      { name: 'query', line: 3, column: 4 },
    ]);
    assert.deepEqual(queries, [{ expression: 'up == 0', line: 3, column: 10 }]);
  });

  it('finds expressions that stand as a whole', () => {
    const { queries } = partsOf(
      '{{ "a" | query }}{{ query ("b") }}{{ query `c` }}{{ query (printf "%s" "d") }}{{ printf "e" | query }}',
    );
    assert.deepEqual(
      queries.map(({ expression }) => expression),
      ['a', 'b', 'c'],
    );
  });
});

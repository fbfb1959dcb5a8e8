// What the language of templates gives, as Prometheus 3.14 and the Go that it is built with give it: each text was expanded there
// too, along with tens of thousands of generated ones.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  MAX_EXPANSION_CHARACTERS,
  MAX_EXPANSION_DEPTH,
  MAX_EXPANSION_QUERIES,
  MAX_EXPANSION_STEPS,
  MAX_TEMPLATE_CHARACTERS,
  MAX_TEMPLATE_NESTING,
} from './limits.ts';
import { parseTemplate } from './template.ts';
import { TemplateError } from './template-error.ts';
import { ALERT, expand, failureOf } from './testing/expand.ts';

describe('expandTemplate', () => {
  const cases: readonly (readonly [text: string, expanded: string])[] = [
    ['plain', 'plain'],
    ['{{ $labels.instance }} is {{ $value }}', 'a.example.com:9090 is 2.5'],
    [
      '{{ .Labels.a }}|{{ $.Value }}|{{ .ExternalURL }}|{{ $externalLabels.cluster }}',
      'b|2.5|http://prom.example.com:9090/pre/fix|eu',
    ],
    ['{{ $labels }}', 'map[a:b instance:a.example.com:9090 job:node]'],
    ['[{{ $labels.nope }}][{{ index $labels "nope" }}][{{ (args 1).nope }}]', '[][][<no value>]'],
    ['a {{- 1 -}} b', 'a1b'],
    ['a  {{- /* nothing */ -}}  b{{/* nothing */}} c', 'ab c'],
    ['{{- " b " }}   {{ "c" -}}   \n d', ' b    cd'],
    ['{{ "}}" }}{{ `{{`}}', '}}{{'],
    [
      "{{ 0x1F }} {{ 017 }} {{ 1_000 }} {{ 1.5e3 }} {{ 'a' }} {{ 1e6 }} {{ 1e-5 }} {{ -0.5 }} {{ 1+2i }}",
      '31 15 1000 1500 97 1e+06 1e-05 -0.5 (1+2i)',
    ],
    ['{{ "\\x41\\u00e9\\t\\"\\101" }}{{ `raw\\n` }}', 'A\u00e9\t"Araw\\n'],
    ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}', '32'],
    ['{{ if $x := 0 }}a{{ else }}{{ $x }}{{ end }}', '0'],
    ['{{ if false }}a{{ else if 0 }}b{{ else if "x" }}c{{ else }}d{{ end }}', 'c'],
    ['{{ with "" }}a{{ else with "b" }}{{ . }}{{ else }}c{{ end }}', 'b'],
    ['{{ with $labels }}{{ .instance }} {{ $.Value }}{{ end }}', 'a.example.com:9090 2.5'],
    ['{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}', 'a=b,instance=a.example.com:9090,job=node,'],
    [
      '{{ range $i := 6 }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ if eq $i 4 }}{{ break }}{{ end }}{{ $i }}{{ end }}',
      '023',
    ],
    ['{{ range -1 }}a{{ else }}none{{ end }}', 'none'],
    [
      '{{ range $i, $s := query "up" }}{{ if $i }}, {{ end }}{{ $s.Labels.instance }}={{ .Value }}{{ end }}',
      'b:1=1, a:1=0.25',
    ],
    ['{{ $i := 0 }}{{ $v := 0 }}{{ range $i, $v = $labels }}{{ end }}{{ $i }} {{ $v }}', 'job node'],
    ['{{ define "t" }}[{{ . }}{{ $ }}]{{ end }}{{ template "t" 5 }}{{ template "t" }}', '[55][<no value><no value>]'],
    ['{{ block "b" $value }}<{{ . }}>{{ end }}{{ template "b" 1 }}', '<2.5><1>'],
    ['{{ ($labels).instance | stripPort | printf "%s/%s" $labels.job }}', 'node/a.example.com'],
    [
      '{{ or 1 (index nil 1) }} {{ and 0 (index nil 1) }} {{ 5 | and 1 }} {{ or nil "" }} {{ not $labels }}',
      '1 0 5  false',
    ],
    [
      '{{ eq 1 2 3 1 }} {{ lt "a" "b" }} {{ ge 2.0 $value }} {{ eq $labels.a nil }} {{ eq \'a\' (index "a" 0) }}',
      'true true false false true',
    ],
    [
      '{{ len "h\u00e9llo" }} {{ index "hello" 1 }} {{ slice "hello" 1 3 }} {{ slice (slice (query "up") 0 1) 0 2 | len }}',
      '6 101 el 2',
    ],
    [
      '{{ html "<a href=\'x\'>" }} {{ js "it\'s \\"<b>\\"\\n" }} {{ urlquery "a b&c" }}',
      '&lt;a href=&#39;x&#39;&gt; it\\\'s \\"\\u003Cb\\u003E\\"\\u000A a+b%26c',
    ],
    ['{{ print 1 2 "a" 3 4 "b" nil }}{{ println 1 "a" }}', '1 2a3 4b<nil>1 a\n'],
    [
      '{{ . }}',
      '{map[a:b instance:a.example.com:9090 job:node] map[cluster:eu] http://prom.example.com:9090/pre/fix 2.5}',
    ],
  ];
  for (const [text, expanded] of cases) {
    it(`gives ${JSON.stringify(expanded)} for ${text}`, async () => assert.equal(await expand(text), expanded));
  }

  it('asks each query once, and sorts a result in place', async () => {
    const asked: string[] = [];
    const text =
      '{{ $q := query "up" }}{{ $s := sortByLabel "instance" $q }}{{ range $q }}{{ .Labels.instance }} {{ end }}{{ query "up" | first | label "job" }}{{ len (query "empty") }}';
    assert.equal(await expand(text, { asked }), 'a:1 b:1 x0');
    assert.deepEqual(asked, ['up', 'empty']);
  });

  it('prints a native histogram and does not take it for a number', async () => {
    const data = { ...ALERT, value: 0, histogramText: '{count:3, sum:4.5, (1,2]:3}' };
    assert.equal(await expand('{{ $value }}', { data }), '{count:3, sum:4.5, (1,2]:3}');
    await assert.rejects(
      expand('{{ humanize $value }}', { data }),
      /can't convert \*histogram\.FloatHistogram to float/,
    );
  });

  const failures: readonly (readonly [text: string, message: string])[] = [
    ['{{ query "bad" }}', '<query "bad">: error calling query: no answer to bad'],
    ['{{ query "empty" | first | value }}', '<first>: error calling first: first() called on vector with no elements'],
    [
      '{{ .Foo }}',
      "<.Foo>: can't evaluate field Foo in type struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }",
    ],
    ['{{ .Value.x }}', "<.Value.x>: can't evaluate field x in type interface {}"],
    ['{{ $value.x }}', "<$value.x>: can't evaluate field x in type float64"],
    ['{{ gt $value 1 }}', '<gt $value 1>: error calling gt: incompatible types for comparison: float64 and int'],
    ['{{ toUpper $value }}', '<$value>: wrong type for value; expected string; got float64'],
    ['{{ toUpper 1 }}', '<1>: expected string; found 1'],
    ['{{ toUpper nil }}', '<nil>: cannot assign nil to string'],
    ['{{ toUpper }}', '<toUpper>: wrong number of args for toUpper: want 1 got 0'],
    ['{{ eq }}', '<eq>: wrong number of args for eq: want at least 1 got 0'],
    ['{{ index "hello" 5 }}', '<index "hello" 5>: error calling index: reflect: string index out of range'],
    ['{{ index $labels 1 }}', '<index $labels 1>: error calling index: value has type int; should be string'],
    ['{{ slice "hello" 3 1 }}', '<slice "hello" 3 1>: error calling slice: invalid slice index: 3 > 1'],
    [
      '{{ value nil }}',
      '<value nil>: error calling value: runtime error: invalid memory address or nil pointer dereference',
    ],
    ['{{ 1 | .Value }}', '<.Value>: Value has arguments but cannot be invoked as function'],
    ['{{ (1) 2 }}', "<(1) 2>: can't give argument to non-function 1"],
    ['{{ range 1.5 }}{{ end }}', "<1.5>: range can't iterate over 1.5"],
    ['{{ range $i, $j := 3 }}{{ end }}', "<3>: can't use 3 to iterate over more than one variable"],
    ['{{ template "nope" . }}', '<{{template "nope" .}}>: template "nope" not defined'],
    ['{{ call $labels.job }}', '<call $labels.job>: error calling call: non-function $labels.job of type string'],
    ['{{ nil }}', '<nil>: nil is not a command'],
    ['{{ 18446744073709551615 }}', '<18446744073709551615>: 18446744073709551615 overflows int'],
  ];
  for (const [text, message] of failures) {
    it(`fails for ${text}`, async () => assert.equal(await failureOf(text), message));
  }

  it('tells the place of a failure as Prometheus does, and where it is in the text', async () => {
    await assert.rejects(expand('line 1\n  {{ .Foo }}'), (error) => {
      assert.ok(error instanceof TemplateError);
      assert.deepEqual([error.code, error.line, error.column], ['template_failed', 2, 6]);
      assert.match(
        error.message,
        /^error executing template __alert_Test: template: __alert_Test:2:5: executing "__alert_Test" at <\.Foo>: /,
      );
      return true;
    });
    await assert.rejects(expand('{{ .Foo }}'), (error) => {
      assert.ok(error instanceof TemplateError);
      assert.deepEqual([error.line, error.column], [1, 4]);
      assert.match(error.message, /template: __alert_Test:1:115: /);
      return true;
    });
  });

  it('says which template a failure is in', async () => {
    await assert.rejects(expand('{{ define "r" }}{{ .foo }}{{ end }}{{ template "r" 5 }}'), {
      message: /executing "r" at <\.foo>: can't evaluate field foo in type int$/,
    });
  });

  it('refuses what would take too much', async () => {
    const tooMuch: readonly (readonly [text: string, message: string])[] = [
      [`{{ range 700 }}${'x'.repeat(100)}{{ end }}`, `more than ${MAX_EXPANSION_CHARACTERS} characters`],
      [
        '{{ $x := "ab" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}',
        `more than ${MAX_EXPANSION_CHARACTERS} characters`,
      ],
      ['{{ printf "%1000000d" 1 }}', `more than ${MAX_EXPANSION_CHARACTERS} characters`],
      ['{{ reReplaceAll "" (printf "%60000d" 1) "abc" }}', `more than ${MAX_EXPANSION_CHARACTERS} characters`],
      ['{{ range 1000000000 }}{{ end }}', `more than ${MAX_EXPANSION_STEPS} steps`],
      [
        '{{ $x := printf "%60000d" 1 }}{{ range 400 }}{{ $y := toUpper $x }}{{ end }}',
        `more than ${MAX_EXPANSION_STEPS} steps`,
      ],
      [
        '{{ $x := printf "%60000d" 1 }}{{ range 3 }}{{ $y := match "(a{900}b?)+$" $x }}{{ end }}',
        `more than ${MAX_EXPANSION_STEPS} steps`,
      ],
      [
        '{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}',
        `exceeded maximum template depth (${MAX_EXPANSION_DEPTH})`,
      ],
      [`{{ range $i := 30 }}{{ with query (printf "q%d" $i) }}{{ end }}{{ end }}`, 'no answer to q0'],
      ['{{ match "((x{100}){100}){100}" "" }}', 'by their repetitions'],
    ];
    for (const [text, message] of tooMuch) {
      await assert.rejects(
        expand(text),
        (error) => error instanceof TemplateError && error.message.includes(message),
        text,
      );
    }
  });

  it('asks no more queries than its bound', async () => {
    const text = `{{ $x := 0 }}{{ range $i := ${MAX_EXPANSION_QUERIES + 1} }}{{ $x = or false (query (slice "${'up'.repeat(30)}" $i)) }}{{ end }}`;
    await assert.rejects(expand(text), /no answer to|more than 20 queries/);
  });
});

const WORDS =
  '{{ }} {{- -}} ( ) | $labels .Labels .a "x" 1 1.5 \'c\' $x := = , if else end range with define template block break printf query index eq nil /* */'
    .split(' ')
    .concat(' ', '\n');

describe('parseTemplate', () => {
  const invalid: readonly (readonly [text: string, message: string])[] = [
    ['{{ foo }}', ':1: function "foo" not defined'],
    ['line\n{{ tmpl "a" . }}', ':2: function "tmpl" not defined'],
    ['{{ $foo }}', ':1: undefined variable "$foo"'],
    ['{{ if true }}', ':1: unexpected EOF'],
    ['{{ if true }}{{ else }}{{ else }}{{ end }}', ':1: expected end; found {{else}}'],
    ['{{ end }}', ':1: unexpected {{end}}'],
    ['{{ break }}', ':1: {{break}} outside {{range}}'],
    ['{{ if }}{{ end }}', ':1: missing value for if'],
    ['{{ 1 | 2 }}', ':1: non executable command in pipeline stage 2'],
    ['{{ (1 }}', ':1: unclosed left paren'],
    ['{{ 1) }}', ':1: unexpected right paren'],
    ['{{ "abc', ':1: unterminated quoted string'],
    ['{{ $labels.a', ':1: unclosed action'],
    ['{{ $labels\n.a', ':2: unclosed action started at __alert_Test:1'],
    ['{{/* a', ':1: unclosed comment'],
    ['{{/* a */ }}', ':1: comment ends before closing delimiter'],
    ['{{ 1x }}', ':1: bad number syntax: "1x"'],
    ['{{ 089 }}', ':1: integer overflow: "089"'],
    ['{{ "\\q" }}', ':1: invalid syntax'],
    ["{{ 'ab' }}", ":1: malformed character constant: 'ab'"],
    ['{{ \u263a }}', ":1: unrecognized character in action: U+263A '\u263a'"],
    ['{{ .a\u263a }}', ":1: bad character U+263A '\u263a'"],
    ['{{ "a".b }}', ':1: unexpected . after term "\\"a\\""'],
    ['{{ $labels.a"b" }}', ":1: bad character U+0022 '\"'"],
    ['{{ template x }}', ':1: unexpected "x" in template clause'],
    ['{{ range $a, $b, $c := 1 }}{{ end }}', ':1: too many declarations in range'],
    ['{{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}', ':1: template: multiple definition of template "a"'],
    ['{{ if true }}{{ define "a" }}{{ end }}{{ end }}', ':1: unexpected <define> in command'],
    ['{{ define "t" }}{{ $labels.a }}{{ end }}', ':1: undefined variable "$labels"'],
    ['{{ # }}', ':1: unexpected "#" in command'],
    ['{{}}', ':1: missing value for command'],
  ];
  for (const [text, message] of invalid) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseTemplate(text, '__alert_Test'), {
        code: 'template_invalid',
        message: `template: __alert_Test${message}`,
      });
    });
  }

  it('tells where the furthest word stands that it looked at', () => {
    assert.throws(() => parseTemplate('a\nb {{ foo }}', 'n'), { line: 2, column: 6 });
  });

  it('refuses what is too long or too deep', () => {
    assert.throws(() => parseTemplate('x'.repeat(MAX_TEMPLATE_CHARACTERS + 1), 'n'), /more than 65536 characters/);
    const depth = MAX_TEMPLATE_NESTING + 1;
    const parentheses = `{{ ${'('.repeat(depth)}1${')'.repeat(depth)} }}`;
    assert.throws(() => parseTemplate(parentheses, 'n'), /max expression depth exceeded/);
    const ranges = `${'{{ if 1 }}'.repeat(depth)}${'{{ end }}'.repeat(depth)}`;
    assert.throws(() => parseTemplate(ranges, 'n'), /actions are nested more than 250 deep/);
    const deepest = `${'{{ if 1 }}'.repeat(depth - 1)}x${'{{ end }}'.repeat(depth - 1)}`;
    assert.doesNotThrow(() => parseTemplate(deepest, 'n'));
  });

  it('gives text without actions back as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        fc.pre(!text.includes('{{'));
        assert.equal(await expand(text), text);
      }),
    );
  });

  it('takes any text, or refuses it with a place inside of it', async () => {
    const word = fc.constantFrom(...WORDS);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(word, fc.string({ maxLength: 3 }))), async (words) => {
        const text = words.join('');
        const lines = text.split('\n');
        await expand(text).catch((error: unknown) => {
          assert.ok(error instanceof TemplateError, `${String(error)} for ${JSON.stringify(text)}`);
          assert.ok(error.line >= 1 && error.line <= lines.length);
          assert.ok(error.column >= 1 && error.column <= lines[error.line - 1]!.length + 1);
        });
      }),
      { numRuns: 2000 },
    );
  });
});

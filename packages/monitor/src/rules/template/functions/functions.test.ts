// Prometheus' functions, as Prometheus 3.14 answers.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expand, failureOf } from '../testing/expand.ts';

describe('functions of templates', () => {
  const cases: readonly (readonly [text: string, expanded: string])[] = [
    [
      '{{ humanize 1234567.0 }} {{ humanize 0.00001 }} {{ humanize 0.0 }} {{ humanize -1500 }} {{ humanize 1e30 }}',
      '1.235M 10u 0 -1.5k 1e+06Y',
    ],
    [
      '{{ humanize 999.99 }} {{ humanize 999.999 }} {{ humanize "0x1p10" }} {{ humanize "inf" }} {{ humanize "NaN" }}',
      '1000 1000 1.024k +Inf NaN',
    ],
    [
      '{{ humanize1024 1234567.0 }} {{ humanize1024 0.5 }} {{ humanize1024 1024 }} {{ humanize1024 1 }}',
      '1.177Mi 0.5 1ki 1',
    ],
    [
      '{{ humanizeDuration 3661.5 }}|{{ humanizeDuration 0.001234 }}|{{ humanizeDuration 59.99999 }}|{{ humanizeDuration 90061 }}|{{ humanizeDuration -61 }}|{{ humanizeDuration 0 }}',
      '1h 1m 1s|1.234ms|60s|1d 1h 1m 1s|-1m 1s|0s',
    ],
    [
      '{{ humanizePercentage 0.12345 }} {{ humanizePercentage 0.999999 }} {{ humanizePercentage "inf" }}',
      '12.35% 100% +Inf%',
    ],
    [
      '{{ humanizeTimestamp 1435065584.128 }}|{{ humanizeTimestamp 0 }}|{{ humanizeTimestamp "nan" }}|{{ humanizeTimestamp -1.5 }}',
      '2015-06-23 13:19:44.128 +0000 UTC|1970-01-01 00:00:00 +0000 UTC|NaN|1969-12-31 23:59:58.5 +0000 UTC',
    ],
    [
      '{{ toDuration 3661.5 }} {{ toDuration 0.0000015 }} {{ toDuration -90 }} {{ (toDuration 5400).Hours }} {{ (toDuration 1.26).Round 100000000 }}',
      '1h1m1.5s 1.5\u00b5s -1m30s 1.5 1.3s',
    ],
    [
      '{{ toTime 1435065584.5 }} {{ (toTime 1435065584).Unix }} {{ (toTime 1435065584).Month }} {{ (toTime 1435065584).Weekday }}',
      '2015-06-23 13:19:44.5 +0000 UTC 1435065584 June Tuesday',
    ],
    [
      '{{ (toTime 1700000000.5).Format "Mon, 02 Jan 2006 15:04:05.000 MST -0700 Z07:00 3:04PM 002 _2 January2" }}',
      'Tue, 14 Nov 2023 22:13:20.500 UTC +0000 Z 10:13PM 318 14 November14',
    ],
    [
      '{{ (toTime 0).AddDate 1 2 3 }} {{ (toTime 60).Sub (toTime 0) }} {{ (toTime 60).After (toTime 0) }}',
      '1971-03-04 00:00:00 +0000 UTC 1m0s true',
    ],
    [
      '{{ parseDuration "1h30m" }} {{ parseDuration "-5m" }} {{ parseDuration "0" }} {{ parseDuration "1y2w3d4h5m6s7ms" }}',
      '5400 -300 0 3.3019506007e+07',
    ],
    ['{{ now }}', '1.700000000123e+09'],
    [
      '{{ stripPort "a:1" }} {{ stripPort "[::1]:80" }} {{ stripPort "a:b:c" }} {{ stripPort "[::1]" }} {{ stripPort "a]:1" }}',
      'a ::1 a:b:c [::1] a]:1',
    ],
    [
      '{{ stripDomain "h.example.com:80" }} {{ stripDomain "h.example.com" }} {{ stripDomain "1.2.3.4:80" }} {{ stripDomain "[2001:db8::1]:80" }} {{ stripDomain "h.x:" }}',
      'h:80 h 1.2.3.4:80 [2001:db8::1]:80 h',
    ],
    [
      '{{ graphLink "up{a=\\"b\\"}" }} {{ tableLink "a + b" }} {{ urlQueryEscape "a b&\u00e9*~" }}',
      '/graph?g0.expr=up%7Ba%3D%22b%22%7D&g0.tab=0 /graph?g0.expr=a+%2B+b&g0.tab=1 a+b%26%C3%A9%2A~',
    ],
    ['{{ externalURL }} {{ pathPrefix }}', 'http://prom.example.com:9090/pre/fix /pre/fix'],
    ['{{ toUpper "h\u00e9\u00df" }} {{ toLower "H\u00c9\u0130\u03a3" }}', 'H\u00c9\u00df h\u00e9i\u03c3'],
    [
      '{{ title "hello world-foo o\'neil foo_bar a.b x:y 3rd a::b \u00e9a \u00dfx ALREADY g0.expr" }}',
      "Hello World-Foo O'neil Foo_bar A.b X:y 3Rd A::B \u00c9a Ssx ALREADY G0.expr",
    ],
    ['{{ match "a.*b" "xxaccbyy" }} {{ match "^a$" "ab" }} {{ match "a.b" "a\\nb" }}', 'true false false'],
    [
      '{{ reReplaceAll "(.*):(.*)" "$2-$1" "a:b" }} {{ reReplaceAll "a*" "x" "baaac" }} {{ reReplaceAll "" "-" "a\u263ab" }}',
      'b-a xbxcx -a-\u263a-b-',
    ],
    [
      '{{ reReplaceAll "(?P<n>b)" "[\u0024{n}$n$1x\u0024{1}x$$$9$]" "abc" }} {{ reReplaceAll "(a)|b" "<$1>" "ab" }} {{ reReplaceAll "(a)" "$01" "a" }}',
      'a[bbbx$$]c <a><> ',
    ],
    ['{{ safeHtml "<b>" }} {{ printf "%T" (safeHtml "a") }} {{ eq (safeHtml "a") "a" }}', '<b> template.HTML true'],
    ['{{ args 1 "b" }} {{ (args 1 "b").arg1 }} {{ (args 1).arg5 }}', 'map[arg0:1 arg1:b] b <no value>'],
    [
      '{{ query "up" | first | value }} {{ query "up" | first | label "job" }} {{ strvalue (query "up" | first) }}|',
      '1 x |',
    ],
    ['{{ range query "up" | sortByLabel "instance" }}{{ .Labels.instance }} {{ end }}', 'a:1 b:1 '],
  ];
  for (const [text, expanded] of cases) {
    it(`gives ${JSON.stringify(expanded)} for ${text}`, async () => assert.equal(await expand(text), expanded));
  }

  const failures: readonly (readonly [text: string, message: string])[] = [
    [
      '{{ humanize "abc" }}',
      'humanize "abc">: error calling humanize: strconv.ParseFloat: parsing "abc": invalid syntax',
    ],
    [
      '{{ humanize "1e999" }}',
      'humanize "1e999">: error calling humanize: strconv.ParseFloat: parsing "1e999": value out of range',
    ],
    ['{{ humanize nil }}', "humanize nil>: error calling humanize: can't convert <nil> to float"],
    [
      '{{ humanizeDuration (toDuration 90) }}',
      "humanizeDuration (toDuration 90)>: error calling humanizeDuration: can't convert *time.Duration to float",
    ],
    [
      '{{ toTime 1e12 }}',
      'toTime 1e12>: error calling toTime: 1e+12 cannot be represented as a nanoseconds timestamp since it overflows int64',
    ],
    [
      '{{ parseDuration "1m1h" }}',
      'parseDuration "1m1h">: error calling parseDuration: not a valid duration string: "1m1h"',
    ],
    ['{{ parseDuration "1x" }}', 'parseDuration "1x">: error calling parseDuration: unknown unit "x" in duration "1x"'],
    ['{{ parseDuration "300y" }}', 'parseDuration "300y">: error calling parseDuration: duration out of range'],
    ['{{ match "[" "a" }}', 'match "[" "a">: error calling match: error parsing regexp: missing closing ]: `[`'],
    [
      '{{ reReplaceAll "(?=a)" "a" "b" }}',
      'reReplaceAll "(?=a)" "a" "b">: error calling reReplaceAll: regexp: Compile(`(?=a)`): error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    ['{{ safeHtml "a" | toUpper }}', 'toUpper>: wrong type for value; expected string; got template.HTML'],
    ['{{ (toTime 0).Foo }}', "0>: can't evaluate field Foo in type *time.Time"],
    ['{{ value 1 }}', "1>: can't handle 1 for arg of type *template.sample"],
    ['{{ first $labels }}', '$labels>: wrong type for value; expected template.queryResult; got map[string]string'],
  ];
  for (const [text, message] of failures) {
    it(`fails for ${text}`, async () => assert.equal(await failureOf(text), `<${message}`));
  }
});

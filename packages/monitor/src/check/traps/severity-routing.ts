// An alert without severity, or an informational one that pages.

import type { Trap } from '../interface.ts';

const QUIET: ReadonlySet<string> = new Set(['info', 'informational', 'information', 'none', 'debug', 'low', 'notice']);
const PAGES = /^(?:true|yes|1|page|pager|pagerduty|opsgenie|victorops|oncall|on-call|phone|sms)$/i;
const CHANNELS = /^(?:page|pager|paging|channel|route|receiver|notify|notification|oncall|alert_channel)$/i;

export const SEVERITY_ROUTING: Trap = {
  code: 'severity-routing',
  level: 'warning',
  title: 'An alert without severity, or an informational one that pages',
  why: 'Routes go by the severity: without one the alert goes where everything else goes, and what is for the record wakes somebody.',
  mend: 'Give it `severity: critical`, `warning` or `info`, and page for `critical` alone.',
  *examine(subject, { subjects }) {
    if (subject.rule?.kind !== 'alerting') return;
    const { labels } = subject.rule;
    const severity = labels.find(({ name }) => name === 'severity')?.value;
    if (severity === undefined) {
      const others = subjects.some(
        ({ rule }) => rule?.kind === 'alerting' && rule.labels.some(({ name }) => name === 'severity'),
      );
      yield {
        level: others ? 'warning' : 'info',
        at: subject.placeOf('alert'),
        message: 'the alert has no severity: no route can tell whether it wakes somebody',
        mend: SEVERITY_ROUTING.mend,
      };
      return;
    }
    const paging = labels.find(({ name, value }) => CHANNELS.test(name) && PAGES.test(value));
    if (paging === undefined || !QUIET.has(severity.toLowerCase())) return;
    yield {
      level: 'warning',
      at: subject.placeOf('labels', paging.name),
      message: `the alert is of severity "${severity}" and pages: ${paging.name}: ${paging.value}`,
      mend: SEVERITY_ROUTING.mend,
    };
  },
};

// `runbook_url`, `summary` or `description` outside of `annotations`.

import type { Trap } from '../interface.ts';

const BELONGS_TO_ANNOTATIONS = /^(?:runbook(?:_url)?|summary|description|dashboard(?:_url)?|message)$/;

export const RUNBOOK_OUTSIDE_ANNOTATIONS: Trap = {
  code: 'runbook-outside-annotations',
  level: 'error',
  title: '`runbook_url`, `summary` or `description` outside of `annotations`',
  why: 'Beside the fields of the rule Prometheus refuses the file; among the labels it is part of what the alert is, and no receiver shows it.',
  mend: 'Write it under `annotations:`.',
  *examine(subject) {
    if (subject.rule?.kind !== 'alerting') return;
    for (const { name } of subject.rule.labels) {
      if (!BELONGS_TO_ANNOTATIONS.test(name)) continue;
      yield {
        level: 'warning',
        at: subject.placeOf('labels', name),
        message: `"${name}" is a label here: it becomes part of what the alert is, and nothing that shows alerts looks for it there`,
        mend: RUNBOOK_OUTSIDE_ANNOTATIONS.mend,
      };
    }
  },
};

// The first line of the report: what was read against what, and what came of it.

import type { Finding } from '../interface.ts';
import type { CheckResult } from '../run-check.ts';

const NEVER_CLEARS: ReadonlySet<string> = new Set(['lifetime-counter', 'always-true', 'stalled-when-finished']);
/** Errors that leave the rule alive. */
const ALIVE: ReadonlySet<string> = new Set(['unknown-label:text', 'rate-on-gauge', 'bad-template']);

export function headline({ findings, rules, panels, files, metrics, sources }: CheckResult): string {
  const read = [
    rules > 0 || panels === 0 ? counted(rules, 'rule') : '',
    panels > 0 ? counted(panels, 'panel') : '',
  ].filter((part) => part !== '');
  const against = sources.length === 0 ? 'nothing known' : `${counted(metrics, 'metric')} of ${sources.join(' and ')}`;
  return `${read.join(' and ')} in ${counted(files, 'file')} read against ${against}: ${outcome(findings)}`;
}

function outcome(findings: readonly Finding[]): string {
  const errors = findings.filter(({ level }) => level === 'error');
  const of = (isMeant: (finding: Finding) => boolean): number =>
    new Set(errors.filter(isMeant).map(({ path, subject }) => `${path} ${subject}`)).size;
  const isDead = (finding: Finding): boolean =>
    !NEVER_CLEARS.has(finding.code) &&
    !ALIVE.has(finding.code) &&
    !(finding.code === 'unknown-label' && finding.message.startsWith('the text'));
  const counts: readonly (readonly [number, string])[] = [
    [of((finding) => finding.kind === 'alert' && isDead(finding)), 'can never fire'],
    [of((finding) => finding.kind === 'alert' && NEVER_CLEARS.has(finding.code)), 'can never clear'],
    [of((finding) => finding.kind === 'recording' && isDead(finding)), 'never record'],
    [of((finding) => (finding.kind === 'panel' || finding.kind === 'variable') && isDead(finding)), 'can never fill'],
    [of((finding) => finding.kind === 'file'), 'cannot be read'],
    [
      of((finding) => finding.kind !== 'file' && !NEVER_CLEARS.has(finding.code) && !isDead(finding)),
      'say or compute something wrong',
    ],
  ];
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const warnings = findings.filter(({ level }) => level === 'warning').length;
  if (told.length > 0) return told.join(', ') + (warnings > 0 ? `; ${counted(warnings, 'warning')}` : '');
  return warnings > 0 ? `no error, ${counted(warnings, 'warning')}` : 'nothing is wrong';
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

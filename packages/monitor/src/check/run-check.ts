// The check: everything that was read, against everything that is known of what is emitted, through every trap.

import { METRIC_NAME } from '../model/labels.ts';
import { Evidence, type EvidenceSource } from './evidence/evidence.ts';
import { addRecorded } from './evidence/recorded.ts';
import { Analysis, selectorsIn } from './expression/analysis.ts';
import type { Inputs } from './files/read-inputs.ts';
import type { Context, Finding, Subject } from './interface.ts';
import { LEVELS } from './interface.ts';
import { TRAPS } from './traps/index.ts';

export interface CheckResult {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly files: number;
  readonly rules: number;
  readonly panels: number;
  readonly metrics: number;
  /** Names of what is known, for people. */
  readonly sources: readonly string[];
}

/** Findings that are told; more are cut, and a note says so. */
const MAX_FINDINGS = 10_000;

/** Names of metrics that the files name, without those that only patterns name. */
export function namedMetrics({ subjects }: Pick<Inputs, 'subjects'>): readonly string[] {
  const names = new Set<string>();
  for (const { syntax } of subjects) {
    for (const { matchers } of selectorsIn(syntax)) {
      for (const { name, operator, value } of matchers) if (name === METRIC_NAME && operator === '=') names.add(value);
    }
  }
  return [...names];
}

export async function runCheck(inputs: Inputs, sources: readonly EvidenceSource[]): Promise<CheckResult> {
  const evidence = new Evidence(sources, inputs.targetLabels);
  if (!inputs.isWhole) evidence.forgetCompleteness();
  addRecorded(evidence, inputs.subjects);
  const subjects = inputs.subjects.map(
    (subject): Subject => ({ ...subject, analysis: new Analysis(subject.syntax, evidence) }),
  );
  const context: Context = {
    evidence,
    subjects,
    scrapeIntervalMs: inputs.scrapeIntervalMs ?? evidence.scrapeIntervalMs,
    evaluationIntervalMs: inputs.evaluationIntervalMs,
  };
  const findings: Finding[] = [...inputs.findings];
  for (const subject of subjects) {
    for (const trap of TRAPS) {
      for (const { level, at, message, mend } of await trap.examine(subject, context)) {
        const { line, column } = at;
        findings.push({
          code: trap.code,
          kind: subject.kind,
          level,
          path: subject.path,
          line,
          column,
          subject: subject.name,
          message,
          mend,
        });
      }
    }
  }
  const isCut = findings.length > MAX_FINDINGS;
  return {
    findings: distinct(findings).sort(inOrder).slice(0, MAX_FINDINGS),
    notes: [
      ...inputs.notes,
      ...sources.flatMap(({ notes }) => notes),
      ...(sources.length === 0
        ? ['nothing is known of what is emitted: name a target, a recording or a Prometheus with --against']
        : []),
      ...(isCut ? [`only the first ${MAX_FINDINGS} findings are told`] : []),
    ],
    files: inputs.files,
    rules: inputs.rules,
    panels: inputs.panels,
    metrics: evidence.metricCount,
    sources: sources.map(({ name }) => name),
  };
}

/** An expression may name the same thing twice. */
function distinct(findings: readonly Finding[]): Finding[] {
  const byKey = new Map(
    findings.map((finding) => [
      JSON.stringify([finding.code, finding.path, finding.line, finding.column, finding.message]),
      finding,
    ]),
  );
  return [...byKey.values()];
}

function inOrder(one: Finding, other: Finding): number {
  if (one.path !== other.path) return one.path < other.path ? -1 : 1;
  return one.line - other.line || one.column - other.column || LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level);
}

// The report as SARIF 2.1.0, which code hosts show beside the lines.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

import { VERSION } from '../../version.ts';
import type { Finding, Level } from '../interface.ts';
import type { CheckResult } from '../run-check.ts';
import { READING_TRAPS, TRAPS } from '../traps/index.ts';

const SARIF_LEVELS: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', info: 'note' };

export function sarifReport({ findings, notes }: CheckResult): string {
  const rules = [...READING_TRAPS, ...TRAPS].map(({ code, title, why, mend, level }) => ({
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: mend },
    defaultConfiguration: { level: SARIF_LEVELS[level] },
  }));
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const run = {
    tool: { driver: { name: 'chainpulse check', semanticVersion: VERSION, rules } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: true,
        toolExecutionNotifications: notes.map((text) => ({ level: 'note', message: { text } })),
      },
    ],
    results: findings.map((finding) => resultOf(finding, indexes.get(finding.code) ?? -1)),
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

function resultOf({ code, level, path, line, column, subject, message, mend }: Finding, ruleIndex: number) {
  const named = subject === '' ? message : `${subject}: ${message}`;
  return {
    ruleId: code,
    ruleIndex,
    level: SARIF_LEVELS[level],
    message: { text: `${named}. ${mend}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  };
}

function uriOf(path: string): string {
  if (path.startsWith('chainpulse:')) return path;
  const encoded = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

// The shipped rules with every duration scaled down, so that hours pass in seconds. Only durations change: windows, steps of
// subqueries, offsets and `for`. A window and an offset of one length stay of one length, which rules rely on.

import { formatDuration, parseDurationMs } from '../../../../packages/monitor/src/model/duration.ts';
import { DEFAULT_ALERT_SETTINGS } from '../../../../packages/monitor/src/rules/shipped/alert-settings.ts';
import { chainParametersOf } from '../../../../packages/monitor/src/rules/shipped/chain-parameters.ts';
import { shippedRuleFiles } from '../../../../packages/monitor/src/rules/shipped/generate.ts';

export interface Scale {
  /** How many times shorter a duration is. */
  readonly divisor: number;
  /** Windows and offsets are no shorter. */
  readonly leastWindowMs: number;
  /** Neither `for` nor the step of a subquery is shorter. */
  readonly evaluationMs: number;
}

/** A window with or without a step; in text a bracket holds a digit and a unit for nothing else. */
const WINDOW = /\[(?<window>(?:\d+(?:ms|[smhdwy]))+)(?<stepped>:(?<step>(?:\d+(?:ms|[smhdwy]))+)?)?\]/g;
const OFFSET = /\boffset (?<offset>(?:\d+(?:ms|[smhdwy]))+)/g;
const FOR = /^(?<indent> +for: )(?<hold>\S+)$/gm;

/** File name and text of each component. */
export function scaledRuleFiles(scale: Scale): readonly (readonly [name: string, text: string])[] {
  const files = shippedRuleFiles({
    settings: DEFAULT_ALERT_SETTINGS,
    chains: [{ name: '', chain: chainParametersOf({}), matchers: '' }],
    disabled: [],
    runbookUrl: 'http://127.0.0.1/runbooks/',
  });
  return files.map(([name, text]) => [name, scaledText(text, scale)] as const);
}

export function scaledText(text: string, { divisor, leastWindowMs, evaluationMs }: Scale): string {
  const scaled = (duration: string, leastMs: number) => {
    const wholeMs = Math.round(parseDurationMs(duration)! / divisor / evaluationMs) * evaluationMs;
    return formatDuration(Math.max(leastMs, wholeMs));
  };
  return text
    .replaceAll(WINDOW, (_, window: string, stepped?: string, step?: string) => {
      const stepText = step === undefined ? '' : scaled(step, evaluationMs);
      return `[${scaled(window, leastWindowMs)}${stepped === undefined ? '' : `:${stepText}`}]`;
    })
    .replaceAll(OFFSET, (_, offset: string) => `offset ${scaled(offset, leastWindowMs)}`)
    .replaceAll(FOR, (_, indent: string, hold: string) => `${indent}${scaled(hold, evaluationMs)}`);
}

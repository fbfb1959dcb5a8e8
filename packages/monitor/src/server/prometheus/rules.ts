// `rules`, `alerts` and `alertmanagers`: there are no rules and no channels in the monitor, so the lists are empty; what asks for
// some of them only is checked all the same, as Prometheus does.

import { ApiError, invalidParameter } from './error.ts';
import type { Parameters } from './parameters.ts';
import type { Answer } from './render.ts';

const RULE_TYPES: readonly string[] = ['', 'alert', 'record'];
const INT32_MAX = 2 ** 31 - 1;

export const NO_ALERTS: Answer = { data: ['{"alerts":[]}'] };
export const NO_ALERTMANAGERS: Answer = { data: ['{"activeAlertmanagers":[],"droppedAlertmanagers":[]}'] };

/** @throws {ApiError} */
export function answerRules(parameters: Parameters, maxSelectors: number): Answer {
  parameters.refuseUnreadable();
  parameters.selectors(maxSelectors);
  const type = parameters.first('type').toLowerCase();
  if (!RULE_TYPES.includes(type)) throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`);
  if (parameters.boolean('exclude_alerts') === undefined) {
    const text = JSON.stringify(parameters.first('exclude_alerts').toLowerCase());
    throw invalidParameter(
      'exclude_alerts',
      `error converting exclude_alerts: strconv.ParseBool: parsing ${text}: invalid syntax`,
    );
  }
  checkPage(parameters);
  return { data: ['{"groups":[]}'] };
}

/** Groups come in pages where a client asks for so many of them. @throws {ApiError} */
function checkPage(parameters: Parameters): void {
  const limit = parameters.first('group_limit');
  const next = parameters.first('group_next_token');
  if (limit === '') {
    if (next === '') return;
    const message = 'group_limit needs to be present in order to paginate over the groups';
    throw invalidParameter('group_next_token', message);
  }
  const problem = numberProblem(limit);
  if (problem !== undefined) {
    const parsing = `strconv.ParseInt: parsing ${JSON.stringify(limit)}: ${problem}`;
    throw invalidParameter('group_limit', `group_limit needs to be a valid number: ${parsing}`);
  }
  if (Number(limit) <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  // A page that follows another: there is none.
  if (next === '') return;
  throw new ApiError(
    'bad_data',
    `invalid parameter "group_next_token": invalid group_next_token '${next}'. were rule groups changed?`,
  );
}

function numberProblem(text: string): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return 'invalid syntax';
  const value = Number(text);
  return value > INT32_MAX || value < -INT32_MAX - 1 ? 'value out of range' : undefined;
}

// `rules` and `alerts`: what is evaluated and what came of it, chosen by name, group, file, kind and labels as in Prometheus.

import { createHash } from 'node:crypto';
import { labelsPredicate } from '../../../model/matcher.ts';
import { type GroupStatus, groupKey, type RuleStatus, ruleName } from '../../../rules/interface.ts';
import { invalidParameter } from '../error.ts';
import type { Parameters } from '../parameters.ts';
import type { Question } from '../question.ts';
import { renderJson } from '../render-json.ts';
import { type RenderedGroup, renderAlert, renderGroup } from './render-rules.ts';

/** Who evaluates the rules. */
export interface RulesReader {
  ruleGroups(): Promise<readonly GroupStatus[]>;
}

const KINDS: Readonly<Record<string, readonly RuleStatus['kind'][]>> = {
  '': ['alerting', 'recording'],
  alert: ['alerting'],
  record: ['recording'],
};
const INT32_MAX = 2 ** 31 - 1;

/** @throws {ApiError} */
export function readRules(parameters: Parameters, reader: RulesReader, maxSelectors: number): Question {
  parameters.refuseUnreadable();
  const isWanted = wantedRules(parameters, maxSelectors);
  const excludesAlerts = excludeAlerts(parameters);
  const page = pageOf(parameters);
  const names = new Set(parameters.all('rule_group[]'));
  const files = new Set(parameters.all('file[]'));
  return async () => {
    const rendered: RenderedGroup[] = [];
    let isOn = page.from === '';
    let next: string | undefined;
    for (const group of inOrder(await reader.ruleGroups())) {
      isOn ||= tokenOf(group) === page.from;
      if (!isOn || !isMeant(names, group.name) || !isMeant(files, group.file)) continue;
      const rules = group.rules.filter(isWanted);
      if (rules.length === 0) continue;
      if (rendered.length === page.most) {
        next = tokenOf(group);
        break;
      }
      rendered.push(renderGroup(group, rules, !excludesAlerts));
    }
    if (!isOn) {
      const message = `invalid group_next_token '${page.from}'. were rule groups changed?`;
      throw invalidParameter('group_next_token', message);
    }
    const answer = { groups: rendered, ...(next === undefined ? {} : { groupNextToken: next }) };
    return { data: [renderJson(answer)] };
  };
}

export function readAlerts(reader: RulesReader): Question {
  return async () => {
    const rules = inOrder(await reader.ruleGroups()).flatMap((group) => group.rules);
    const alerts = rules.flatMap((status) => (status.kind === 'alerting' ? status.alerts.map(renderAlert) : []));
    return { data: [renderJson({ alerts })] };
  };
}

function wantedRules(parameters: Parameters, maxSelectors: number): (status: RuleStatus) => boolean {
  const tests = parameters.selectors(maxSelectors).map((matchers) => labelsPredicate(matchers));
  const type = parameters.firstOfAddress('type').toLowerCase();
  const kinds = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kinds === undefined) throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`);
  const names = new Set(parameters.all('rule_name[]'));
  return (status) =>
    kinds.includes(status.kind) &&
    isMeant(names, ruleName(status.rule)) &&
    (tests.length === 0 || tests.some((test) => test(status.rule.labels)));
}

/** No names at all mean every one. */
function isMeant(names: ReadonlySet<string>, name: string): boolean {
  return names.size === 0 || names.has(name);
}

function excludeAlerts(parameters: Parameters): boolean {
  const excludes = parameters.boolean('exclude_alerts');
  if (excludes !== undefined) return excludes;
  const text = JSON.stringify(parameters.first('exclude_alerts').toLowerCase());
  throw invalidParameter(
    'exclude_alerts',
    `error converting exclude_alerts: strconv.ParseBool: parsing ${text}: invalid syntax`,
  );
}

/** Groups come in pages where a client asks for so many of them. @throws {ApiError} */
function pageOf(parameters: Parameters): { readonly most: number; readonly from: string } {
  const limit = parameters.first('group_limit');
  const from = parameters.first('group_next_token');
  if (limit === '') {
    if (from === '') return { most: Number.POSITIVE_INFINITY, from };
    const message = 'group_limit needs to be present in order to paginate over the groups';
    throw invalidParameter('group_next_token', message);
  }
  const problem = numberProblem(limit);
  if (problem !== undefined) {
    const parsing = `strconv.ParseInt: parsing ${JSON.stringify(limit)}: ${problem}`;
    throw invalidParameter('group_limit', `group_limit needs to be a valid number: ${parsing}`);
  }
  if (Number(limit) <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  return { most: Number(limit), from };
}

function numberProblem(text: string): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return 'invalid syntax';
  const value = Number(text);
  return value > INT32_MAX || value < -INT32_MAX - 1 ? 'value out of range' : undefined;
}

/** By file and name. */
function inOrder(groups: readonly GroupStatus[]): readonly GroupStatus[] {
  const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  return groups.toSorted((one, other) => compare(one.file, other.file) || compare(one.name, other.name));
}

function tokenOf(group: GroupStatus): string {
  return createHash('sha256').update(groupKey(group)).digest('hex');
}

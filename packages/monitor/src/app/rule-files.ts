// Which rules a configuration asks for: the shipped ones, made from its thresholds and the chains of its targets, and those of its
// files. What is wrong in a file costs the groups that it concerns, and is told.

import { globSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { QueryConfig } from '../config/query-schema.ts';
import type { Config } from '../config/schema.ts';
import { identityOf } from '../config/schema.ts';
import { inspectExpression } from '../promql/inspect.ts';
import type { Adapter } from '../rules/adapters/adapter.ts';
import { adapterRuleFiles } from '../rules/adapters/adapter-rules.ts';
import { type RuleLanguages, readRuleFile } from '../rules/definition/read-rule-file.ts';
import type { RuleFile, RuleProblem } from '../rules/interface.ts';
import { type GenerateOptions, shippedRuleFiles } from '../rules/shipped/generate.ts';
import { parseTemplate } from '../rules/template/template.ts';
import { chainsOf, type PresetOf } from './chain-groups.ts';
import { featuresOf } from './query-options.ts';

/** Files that all patterns together may name. */
const MAX_FILES = 1000;
/** In front of the names of files that are made. */
const SHIPPED_FOLDER = 'chainpulse:';

export function ruleLanguagesOf(query: QueryConfig): RuleLanguages {
  const features = featuresOf(query);
  return {
    readExpression: (expression) => inspectExpression(expression, features).printed,
    checkTemplate: (template, name) => parseTemplate(template, name),
  };
}

export interface RuleFilesOptions {
  readonly config: Config;
  /** Patterns are relative to it. */
  readonly directory: string;
  /** Where the runbooks of shipped alerts are. */
  readonly runbookUrl: string;
  /** Those whose recording rules are evaluated. */
  readonly adapters?: readonly Adapter[];
  /** What is known of clients by now. */
  readonly presetOf?: PresetOf | undefined;
}

/** All rule files: what adapters record first, then the shipped ones. */
export function readRuleFiles({
  config,
  directory,
  runbookUrl,
  adapters = [],
  presetOf,
}: RuleFilesOptions): readonly RuleFile[] {
  const languages = ruleLanguagesOf(config.query);
  const made = config.rules.shipped ? shippedRuleFiles(shippedOptionsOf(config, runbookUrl, presetOf)) : [];
  return [
    ...adapterRuleFiles(adapters),
    ...made.map(([name, text]) => readRuleFile(text, SHIPPED_FOLDER + name, languages)),
    ...config.rules.files.flatMap((pattern) => filesOf(pattern, directory, languages)),
  ];
}

/** What the shipped rules are made from. */
export function shippedOptionsOf(config: Config, runbookUrl: string, presetOf?: PresetOf): GenerateOptions {
  const { targets, collection, rules } = config;
  return {
    settings: rules.alerts,
    chains: chainsOf(config, presetOf),
    targets: targetLabels(config),
    collectionMs: Math.max(...targets.map(({ interval }) => interval ?? 0), collection.interval),
    disabled: rules.disabled,
    runbookUrl,
  };
}

/** Of a recording the targets are not known by its address. */
function targetLabels({ targets }: Config): readonly Readonly<Record<string, string>>[] {
  const lasting = targets.filter(({ url }) => url.kind !== 'replay');
  return lasting.map((target) =>
    Object.fromEntries(Object.entries(identityOf(target)).filter(([, value]) => value !== '')),
  );
}

function filesOf(pattern: string, directory: string, languages: RuleLanguages): readonly RuleFile[] {
  const whole = isAbsolute(pattern) ? pattern : join(directory, pattern);
  const paths = globSync(whole).toSorted().slice(0, MAX_FILES);
  if (paths.length === 0) return [unreadable(pattern, 'no such file: write the path of a rule file, or a pattern')];
  return paths.map((path) => {
    try {
      return readRuleFile(readFileSync(path, 'utf8'), path, languages);
    } catch (error) {
      return unreadable(path, `cannot be read: ${(error as Error).message}`);
    }
  });
}

function unreadable(path: string, message: string): RuleFile {
  const problem: RuleProblem = { path, line: 1, column: 1, message };
  return { path, groups: [], problems: [problem] };
}

// What `check` reads of the monitor's own configuration: the rules that it makes, and how often it collects and evaluates.

import { shippedOptionsOf } from '../app/rule-files.ts';
import type { OwnConfig } from '../check/files/read-inputs.ts';
import { ConfigError, completeConfig, parseConfigText } from '../config/read-config.ts';
import { shippedRuleFiles } from '../rules/shipped/generate.ts';

/** In front of the names of files that are made. */
const SHIPPED_FOLDER = 'chainpulse:';
const RUNBOOKS = 'http://127.0.0.1:8090/runbooks/';

/** The shipped rules at default settings. */
export function shippedRules(): readonly (readonly [name: string, text: string])[] {
  return readOwnConfig('', 'chainpulse.yaml').files;
}

export function readOwnConfig(text: string, path: string): OwnConfig {
  try {
    const config = completeConfig(parseConfigText(text, path));
    const { shipped, files, evaluationInterval, runbookUrl = RUNBOOKS } = config.rules;
    const { collection, targets } = config;
    const made = shipped ? shippedRuleFiles(shippedOptionsOf(config, runbookUrl)) : [];
    const intervals = targets.map(({ interval }) => interval ?? collection.interval);
    return {
      files: made.map(([name, content]) => [SHIPPED_FOLDER + name, content] as const),
      patterns: files,
      scrapeIntervalMs: intervals.length === 0 ? collection.interval : Math.min(...intervals),
      evaluationIntervalMs: evaluationInterval,
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { files: [], patterns: [], scrapeIntervalMs: 0, evaluationIntervalMs: 0, problems: error.problems };
  }
}

// What a configuration asks for, as Prometheus takes it: rule files, and for each adapter that its targets may need the relabelling that
// gives a client's metrics their canonical names there.

import { pino } from 'pino';
import type { Config } from '../config/schema.ts';
import type { Adapter } from '../rules/adapters/adapter.ts';
import { adapterRuleFiles } from '../rules/adapters/adapter-rules.ts';
import { exportedAdapter } from '../rules/adapters/export.ts';
import { readRuleFile } from '../rules/definition/read-rule-file.ts';
import type { RuleFile } from '../rules/interface.ts';
import { readRuleFiles, ruleLanguagesOf } from './rule-files.ts';
import { TargetAdapters } from './target-adapters.ts';

const RUNBOOKS = 'runbooks/';

export interface RulesForPrometheus {
  readonly files: readonly RuleFile[];
  /** By the name of the adapter: a fragment of `scrape_configs`. */
  readonly relabelConfigs: readonly (readonly [adapter: string, text: string])[];
}

export interface ExportedRulesOptions {
  readonly config: Config;
  /** Patterns of files are relative to it. */
  readonly directory: string;
  /** Default: what the configuration says. */
  readonly runbookUrl?: string | undefined;
}

/** @throws {ChainpulseError} `adapter_unknown`, `adapter_unreadable`, `adapter_invalid` */
export function rulesForPrometheus({ config, directory, runbookUrl }: ExportedRulesOptions): RulesForPrometheus {
  const logger = pino({ level: 'silent' });
  const adapters = new TargetAdapters({ config, directory, logger }).inUse();
  const languages = ruleLanguagesOf(config.query);
  const written = adapters.map((adapter): readonly [Adapter, string] => {
    const { ruleFile = '', relabelConfigs } = exportedAdapter(adapter);
    return [{ ...adapter, groups: readRuleFile(ruleFile, adapter.path, languages).groups }, relabelConfigs];
  });
  const configured = readRuleFiles({ config, directory, runbookUrl: runbookUrl ?? runbookUrlOf(config) });
  return {
    files: [...adapterRuleFiles(written.map(([adapter]) => adapter)), ...configured],
    relabelConfigs: written.map(([{ name }, text]) => [name, text]),
  };
}

function runbookUrlOf({ rules, server }: Config): string {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return rules.runbookUrl ?? new URL(RUNBOOKS, rules.externalUrl ?? `http://${host}:${server.port}`).href;
}

// The files that are checked: named ones, folders and patterns; rule files, dashboards, prometheus.yml and the monitor's own
// configuration with the rule files that they name. In a folder or pattern what is none of these is passed over.

import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ChainpulseError } from '../../model/errors.ts';
import type { Finding } from '../interface.ts';
import { INVALID_FILE } from '../traps/reading.ts';
import { isDashboard, readDashboard } from './dashboard-subjects.ts';
import { isPrometheusConfig, readPrometheusConfig } from './prometheus-config.ts';
import { type ReadFile, readRules, type UnreadSubject } from './rule-subjects.ts';

const CHECK_LIMITS = {
  maxFiles: 5000,
  maxFileBytes: 16 * 1024 * 1024,
  /** A configuration names rule files, and no further configuration. */
  maxNotes: 100,
} as const;

const SUFFIXES = /\.(?:ya?ml|json|rules)$/;
const CONFIG_KEYS: ReadonlySet<string> = new Set([
  'targets',
  'collection',
  'rules',
  'storage',
  'server',
  'query',
  'otlp',
  'machine',
]);

/** The monitor's configuration: the rule files that it makes, and how often is collected and evaluated. */
export interface OwnConfig {
  readonly files: readonly (readonly [name: string, text: string])[];
  readonly patterns: readonly string[];
  readonly scrapeIntervalMs: number;
  readonly evaluationIntervalMs: number;
  /** A line each: `FILE:LINE:COLUMN: PATH: what`. */
  readonly problems: readonly string[];
}

export interface Inputs {
  readonly subjects: readonly UnreadSubject[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly files: number;
  readonly rules: number;
  readonly panels: number;
  readonly isWhole: boolean;
  readonly scrapeIntervalMs: number | undefined;
  readonly evaluationIntervalMs: number | undefined;
  readonly targetLabels: readonly string[];
}

export interface InputOptions {
  readonly paths: readonly string[];
  /** Files that are no files, such as the shipped rules. */
  readonly texts: readonly (readonly [name: string, text: string])[];
  readonly readOwnConfig: (text: string, path: string) => OwnConfig;
}

/** @throws {ChainpulseError} `file_unreadable` */
export function readInputs(options: InputOptions): Inputs {
  return new InputReader(options.readOwnConfig).read(options);
}

class InputReader {
  readonly #readOwnConfig: InputOptions['readOwnConfig'];
  readonly #seen = new Set<string>();
  readonly #subjects: UnreadSubject[] = [];
  readonly #findings: Finding[] = [];
  readonly #notes: string[] = [];
  readonly #scrapeIntervals: number[] = [];
  readonly #evaluationIntervals: number[] = [];
  readonly #targetLabels = new Set<string>();
  readonly #made = new Set<string>();
  #rules = 0;
  #panels = 0;
  #isWhole = true;

  constructor(readOwnConfig: InputOptions['readOwnConfig']) {
    this.#readOwnConfig = readOwnConfig;
  }

  read({ paths, texts }: InputOptions): Inputs {
    for (const [name, text] of texts) this.#take(readRules(text, name));
    for (const path of paths) this.#path(path);
    return {
      subjects: this.#subjects,
      findings: this.#findings,
      notes: this.#notes.slice(0, CHECK_LIMITS.maxNotes),
      files: this.#seen.size + texts.length,
      rules: this.#rules,
      panels: this.#panels,
      isWhole: this.#isWhole,
      scrapeIntervalMs: this.#scrapeIntervals.length === 0 ? undefined : Math.min(...this.#scrapeIntervals),
      evaluationIntervalMs: this.#evaluationIntervals.length === 0 ? undefined : Math.min(...this.#evaluationIntervals),
      targetLabels: [...this.#targetLabels],
    };
  }

  #path(path: string): void {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
    if (isFolder === true) {
      for (const file of globSync('**/*', {
        cwd: path,
        exclude: (name) => /(^|\/)(?:node_modules|\.git)$/.test(name),
      }).toSorted()) {
        if (SUFFIXES.test(file)) this.#file(join(path, file), true);
      }
    } else if (isFolder === false) this.#file(path, false);
    else {
      const files = globSync(path).toSorted();
      if (files.length === 0) throw new ChainpulseError('file_unreadable', `${path}: there is no such file`);
      for (const file of files) if (statSync(file).isFile()) this.#file(file, true);
    }
  }

  #file(path: string, isFound: boolean): void {
    if (this.#seen.has(resolve(path))) return;
    this.#seen.add(resolve(path));
    if (this.#seen.size > CHECK_LIMITS.maxFiles) {
      throw new ChainpulseError('file_unreadable', `more than ${CHECK_LIMITS.maxFiles} files: check fewer at once`);
    }
    const text = textOf(path);
    if (path.endsWith('.json')) this.#json(path, text, isFound);
    else this.#yaml(path, text, isFound);
  }

  #json(path: string, text: string, isFound: boolean): void {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      if (isFound) this.#pass(path, 'it is no JSON');
      else this.#refuse(path, `this is no JSON: ${(error as Error).message}`);
      return;
    }
    if (!isDashboard(content)) {
      this.#unknown(path, isFound);
      return;
    }
    const read = readDashboard(text, path);
    this.#notes.push(...read.notes);
    this.#take(read);
  }

  #yaml(path: string, text: string, isFound: boolean): void {
    if (/^(?:rename|detect):/m.test(text)) {
      this.#pass(path, 'it is an adapter');
      return;
    }
    if (/^tests:/m.test(text)) {
      this.#pass(path, 'it holds tests of rules');
      return;
    }
    // Most are rule files, and reading a large one twice more would cost more than checking it.
    if (/^groups:/m.test(text)) {
      this.#take(readRules(text, path));
      return;
    }
    const document = parseDocument(text, { prettyErrors: false });
    const content: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 1000 });
    const isObject = typeof content === 'object' && content !== null;
    if (document.errors.length > 0 ? !isFound : isObject && 'groups' in content) {
      this.#take(readRules(text, path));
    } else if (isObject && isPrometheusConfig(content)) this.#prometheus(path, text);
    else if (isObject && Object.keys(content).length > 0 && Object.keys(content).every((key) => CONFIG_KEYS.has(key)))
      this.#own(path, text);
    else if (isObject && isDashboard(content)) this.#take(readDashboard(text, path));
    else this.#unknown(path, isFound);
  }

  #prometheus(path: string, text: string): void {
    try {
      const { ruleFiles, scrapeIntervalMs, evaluationIntervalMs, targetLabels } = readPrometheusConfig(text);
      this.#scrapeIntervals.push(scrapeIntervalMs);
      this.#evaluationIntervals.push(evaluationIntervalMs);
      for (const label of targetLabels) this.#targetLabels.add(label);
      this.#named(path, ruleFiles, 'rule_files');
    } catch (error) {
      this.#refuse(path, `this is no configuration of Prometheus: ${(error as Error).message}`);
    }
  }

  #own(path: string, text: string): void {
    const { files, patterns, scrapeIntervalMs, evaluationIntervalMs, problems } = this.#readOwnConfig(text, path);
    this.#scrapeIntervals.push(scrapeIntervalMs);
    this.#evaluationIntervals.push(evaluationIntervalMs);
    for (const problem of problems) {
      const [, line = '1', column = '1', message = problem] = /:(\d+):(\d+): (.*)$/s.exec(problem) ?? [];
      this.#refuse(path, message, Number(line), Number(column));
    }
    // Configurations that say nothing of rules make the same ones.
    for (const [name, rules] of files) {
      if (this.#made.has(rules)) continue;
      this.#made.add(rules);
      this.#take(readRules(rules, name));
    }
    this.#named(path, patterns, 'rules.files');
  }

  /** Rule files that a configuration names, relative to it. */
  #named(path: string, patterns: readonly string[], field: string): void {
    for (const pattern of patterns) {
      const whole = isAbsolute(pattern) ? pattern : join(dirname(path), pattern);
      const files = globSync(whole).toSorted();
      if (files.length === 0) {
        this.#isWhole = false;
        this.#findings.push({
          code: INVALID_FILE.code,
          kind: 'file',
          level: 'warning',
          path,
          line: 1,
          column: 1,
          subject: '',
          message: `${field} names ${pattern}, and there is no such file: none of its rules is evaluated`,
          mend: 'Write the path of a rule file, relative to this one.',
        });
      }
      for (const file of files) this.#file(file, false);
    }
  }

  #take({ subjects, findings, rules, panels, isWhole }: ReadFile): void {
    for (const subject of subjects) this.#subjects.push(subject);
    for (const finding of findings) this.#findings.push(finding);
    this.#rules += rules;
    this.#panels += panels;
    if (!isWhole) this.#isWhole = false;
  }

  #unknown(path: string, isFound: boolean): void {
    if (isFound) this.#pass(path, 'it holds neither rules nor a dashboard nor a configuration');
    else this.#refuse(path, 'it holds neither rules ("groups:") nor a dashboard ("panels") nor a configuration');
  }

  #pass(path: string, why: string): void {
    this.#seen.delete(resolve(path));
    this.#notes.push(`${path} is passed over: ${why}`);
  }

  #refuse(path: string, message: string, line = 1, column = 1): void {
    this.#isWhole = false;
    const { code, mend } = INVALID_FILE;
    this.#findings.push({ code, kind: 'file', level: 'error', path, line, column, subject: '', message, mend });
  }
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > CHECK_LIMITS.maxFileBytes) throw new Error(`it is larger than ${CHECK_LIMITS.maxFileBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ChainpulseError('file_unreadable', `${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

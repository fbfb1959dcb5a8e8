// The words of the check: what is examined, what is known of what is emitted, and what is found. Invariant: a finding of level
// `error` is certain, given what is known; what is only likely is a `warning`.

import type { Syntax } from '../promql/inspect.ts';
import type { Place, Rule, RuleGroup } from '../rules/interface.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { Analysis } from './expression/analysis.ts';

export const LEVELS = ['error', 'warning', 'info'] as const;
export type Level = (typeof LEVELS)[number];

export interface Finding extends Place {
  readonly code: string;
  readonly kind: Subject['kind'] | 'file';
  readonly level: Level;
  readonly path: string;
  /** The alert, the recording rule or the panel; '' for a file. */
  readonly subject: string;
  /** What is wrong, and what never comes of it. */
  readonly message: string;
  readonly mend: string;
}

/** One expression with all that stands around it. */
export interface Subject {
  readonly kind: 'alert' | 'recording' | 'panel' | 'variable';
  readonly name: string;
  readonly path: string;
  /** Variables of dashboards are filled in. */
  readonly text: string;
  readonly syntax: Syntax;
  readonly analysis: Analysis;
  /** Of rules. */
  readonly rule?: Rule;
  readonly group?: RuleGroup;
  readonly panel?: PanelFacts;
  /** Of a variable: the label whose values it asks for. */
  readonly asksFor?: string;
  /** Where an offset of the expression stands in the file. */
  placeAt(offset: number): Place;
  /** Where a field stands, such as `for` or `labels`, and within it a name; `inside` is a place in its text. */
  placeOf(field: string, name?: string, inside?: Place): Place;
}

export interface PanelFacts {
  /** As it is written, variables included. */
  readonly written: string;
  readonly unit: string | undefined;
  readonly unitPlace: Place;
  readonly datasource: 'missing' | 'fixed' | 'variable' | 'default';
  readonly datasourcePlace: Place;
}

export interface Context {
  readonly evidence: Evidence;
  readonly subjects: readonly Subject[];
  /** Of the target that is collected most often; undefined when nothing tells. */
  readonly scrapeIntervalMs: number | undefined;
  /** Of groups that say nothing. */
  readonly evaluationIntervalMs: number | undefined;
}

/** What a trap reports: the check adds file, code and subject. */
export interface Report {
  readonly level: Level;
  readonly at: Place;
  readonly message: string;
  readonly mend: string;
}

interface AnyTrap {
  /** Stable: configuration files and `--ignore` name it. */
  readonly code: string;
  /** The highest level that it reports. */
  readonly level: Level;
  readonly title: string;
  /** Why it can never fire, fill or clear. */
  readonly why: string;
  readonly mend: string;
}

/** Finds one kind of mistake in one expression. */
export interface Trap extends AnyTrap {
  examine(subject: Subject, context: Context): Iterable<Report> | Promise<Iterable<Report>>;
}

/** What is already known to be wrong when a file is read. */
export type ReadingTrap = AnyTrap;

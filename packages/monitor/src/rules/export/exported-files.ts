// Rule files that Prometheus takes, from those that the monitor reads: one a file, with what version 2.42 would refuse told.

import { basename } from 'node:path';
import type { RuleFile, RuleGroup } from '../interface.ts';
import { newerThanDebian } from './older-prometheus.ts';
import { ruleFileText } from './write-rules.ts';

interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

export interface Exported {
  readonly files: readonly ExportedFile[];
  /** For who runs Prometheus 2.42. */
  readonly warnings: readonly string[];
}

/** One file for each that has groups. */
export function exportedFiles(files: readonly RuleFile[]): Exported {
  const names = new Set<string>();
  const filled = files.filter(({ groups }) => groups.length > 0);
  return {
    files: filled.map(({ path, groups }) => ({
      name: uniqueName(path, names),
      text: ruleFileText(groups, [headOf(path)]),
    })),
    warnings: filled.flatMap(warningsOf),
  };
}

/** All groups as one file, in which no two have the same name. */
export function exportedAsOne(files: readonly RuleFile[]): Exported {
  const names = new Set<string>();
  const groups: RuleGroup[] = [];
  for (const group of files.flatMap((file) => file.groups)) {
    let name = group.name;
    for (let number = 2; names.has(name); number++) name = `${group.name}-${number}`;
    names.add(name);
    groups.push({ ...group, name });
  }
  const text = ruleFileText(
    groups,
    files.map(({ path }) => headOf(path)),
  );
  return { files: [{ name: '-', text }], warnings: files.flatMap(warningsOf) };
}

function warningsOf({ path, groups }: RuleFile): readonly string[] {
  return groups.flatMap((group) =>
    newerThanDebian(group).map((reason) => `${path}: group "${group.name}": Prometheus 2.42 refuses it: ${reason}`),
  );
}

function headOf(path: string): string {
  return `From ${path}, by chainpulse rules export`;
}

/** A made file has a name with a colon, which not every file system takes. */
function uniqueName(path: string, taken: Set<string>): string {
  const plain = (path.startsWith('chainpulse:') ? path.replaceAll(/[:/]/g, '-') : basename(path)).replace(
    /\.ya?ml$/,
    '',
  );
  let name = `${plain}.yaml`;
  for (let number = 2; taken.has(name); number++) name = `${plain}-${number}.yaml`;
  taken.add(name);
  return name;
}

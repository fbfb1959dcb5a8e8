// The recorders of a domain set and the fields of their one argument, read from its source: types leave nothing behind that
// a test could ask, and the table says in text what each recorder takes.

import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../packages/instrument/src/domains/', import.meta.url);
/** Its reading is a recorder's argument. */
const SHARED = 'leak-detector.ts';

const INTERFACE = /^(?:export )?interface (?<name>\w+)(?: extends (?<bases>[\w, ]+))? \{\n(?<body>.*?)^\}/gms;
const RECORDER = /^ {2}(?<method>(?:record|update|set)[A-Z]\w*)\((?:fields|\{[^}]*\}): (?<type>.*?)\): void \{/gms;
const FIELD = /\breadonly (\w+)\??:/g;

interface Shape {
  readonly bases: readonly string[];
  readonly fields: readonly string[];
}

/** `set.method` → names of fields, sorted. */
export function recorderFields(set: string): ReadonlyMap<string, readonly string[]> {
  const source = [`${set}.ts`, SHARED].map((file) => readFileSync(new URL(file, FOLDER), 'utf8')).join('\n');
  const shapes = new Map<string, Shape>();
  for (const { groups = {} } of source.matchAll(INTERFACE)) {
    const { name = '', bases = '', body = '' } = groups;
    shapes.set(name, { bases: bases.split(/,\s*/).filter((base) => base !== ''), fields: fieldsIn(body) });
  }
  const recorders = Array.from(source.matchAll(RECORDER), ({ groups = {} }): [string, readonly string[]] => {
    const { method = '', type = '' } = groups;
    const fields = type.startsWith('{') ? fieldsIn(type) : fieldsOf(type, shapes);
    return [`${set}.${method}`, fields.toSorted()];
  });
  return new Map(recorders);
}

function fieldsOf(type: string, shapes: ReadonlyMap<string, Shape>): readonly string[] {
  const shape = shapes.get(type);
  if (shape === undefined) throw new Error(`The interface ${type} was not found.`);
  return [...shape.bases.flatMap((base) => fieldsOf(base, shapes)), ...shape.fields];
}

function fieldsIn(text: string): string[] {
  return Array.from(text.matchAll(FIELD), ([, field = '']) => field);
}

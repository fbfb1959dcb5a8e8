// Reads the lines that begin with '#': `# HELP`, `# TYPE` and `# UNIT` describe a metric family, `# EOF` ends an
// OpenMetrics exposition. Any other is a comment in the text format and an error in OpenMetrics. Types of both formats
// are taken in both, since `# TYPE x info` in a text exposition harms nobody.

import type { MetricMetadata, MetricType } from '../../model/batch.ts';
import { isBlank, type LineCursor, QUOTE } from './line-cursor.ts';
import { readBareName, readQuoted, unescapeQuoted } from './series-syntax.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export type MetadataLine =
  | { readonly kind: 'family'; readonly name: string; readonly change: Partial<Omit<MetricMetadata, 'name'>> }
  | { readonly kind: 'comment' }
  | { readonly kind: 'end' };

const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['summary', 'summary'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['unknown', 'unknown'],
  ['untyped', 'unknown'],
]);

/** The cursor stands on the '#'. @throws {ExpositionError} */
export function readMetadataLine(cursor: LineCursor, format: ExpositionFormat): MetadataLine {
  const lineStart = cursor.position++;
  const keyword = readKeyword(cursor);
  if (keyword === 'EOF' && format === 'openmetrics') {
    if (cursor.position < cursor.end) cursor.fail(`expected nothing after "# EOF", found ${cursor.found()}`);
    return { kind: 'end' };
  }
  if (keyword === 'HELP' || keyword === 'TYPE' || (keyword === 'UNIT' && format === 'openmetrics')) {
    return readFamilyLine(cursor, keyword, format);
  }
  if (format === 'openmetrics') {
    cursor.fail('OpenMetrics has no comments: expected "# HELP", "# TYPE", "# UNIT" or "# EOF"', lineStart);
  }
  return { kind: 'comment' };
}

function readKeyword(cursor: LineCursor): string {
  const beforeBlanks = cursor.position;
  cursor.skipBlanks();
  if (cursor.position === beforeBlanks) return '';
  const start = cursor.position;
  while (cursor.position < cursor.end && !isBlank(cursor.body[cursor.position]!) && cursor.position - start < 5) {
    cursor.position++;
  }
  return cursor.body.toString('latin1', start, cursor.position);
}

function readFamilyLine(cursor: LineCursor, keyword: 'HELP' | 'TYPE' | 'UNIT', format: ExpositionFormat): MetadataLine {
  cursor.skipBlanks();
  const name = cursor.peek() === QUOTE ? readQuoted(cursor) : readBareName(cursor);
  if (name === '') cursor.fail(`expected the name of a metric after "# ${keyword}", found ${cursor.found()}`);
  if (cursor.position < cursor.end && !isBlank(cursor.body[cursor.position]!)) {
    cursor.fail(`expected a blank after the metric's name, found ${cursor.found()}`);
  }
  cursor.skipBlanks();
  const start = cursor.position;
  cursor.position = cursor.end;
  const text = cursor.textFrom(start);
  switch (keyword) {
    case 'HELP':
      return { kind: 'family', name, change: { help: unescapeHelp(text, format) } };
    case 'UNIT':
      return { kind: 'family', name, change: { unit: text } };
    case 'TYPE': {
      const type = TYPES.get(text.trimEnd());
      if (type !== undefined) return { kind: 'family', name, change: { type } };
      const known = [...TYPES.keys()].join(', ');
      return cursor.fail(`${JSON.stringify(text.slice(0, 40))} is no type of a metric; types are ${known}`, start);
    }
  }
}

function unescapeHelp(text: string, format: ExpositionFormat): string {
  if (!text.includes('\\')) return text;
  if (format === 'openmetrics') return unescapeQuoted(text);
  return text.replace(/\\([\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

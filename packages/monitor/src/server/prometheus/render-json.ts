// Plain data as JSON, escaped as Go's encoder escapes text, also for pages that paste it into HTML.

import { quote } from './format.ts';

/** Text that is JSON already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Members stand in the order in which they are given; those that are undefined are left out. */
export function renderJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(renderJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${quote(name)}:${renderJson(member)}`).join(',')}}`;
}

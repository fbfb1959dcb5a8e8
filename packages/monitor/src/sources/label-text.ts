// A series as errors name it: `{__name__="up", job="node"}`, in Prometheus' words and cut where it grows long.

import type { Labels } from '../model/labels.ts';

const LONGEST_TEXT = 300;
const LONGEST_VALUE = 100;

export function labelText(labels: Labels): string {
  let text = '';
  for (const { name, value } of labels) {
    if (text.length > LONGEST_TEXT) return `{${text}, …}`;
    const shown = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(cut(name));
    text += `${text === '' ? '' : ', '}${cut(shown)}=${JSON.stringify(cut(value))}`;
  }
  return `{${text}}`;
}

function cut(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

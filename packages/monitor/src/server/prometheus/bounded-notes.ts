// Of the warnings and infos of an answer no more is told than Prometheus tells: the first ten of each, and how many there are more.

import type { Answer } from './render.ts';

const NOTES_MAX = 10;

export function boundedNotes(answer: Answer): Answer {
  const { warnings = [], infos = [] } = answer;
  return { ...answer, warnings: bounded(warnings, 'warning'), infos: bounded(infos, 'info') };
}

function bounded(notes: readonly string[], kind: string): readonly string[] {
  const more = notes.length - NOTES_MAX;
  return more <= 0 ? notes : [...notes.slice(0, NOTES_MAX), `${more} more ${kind} annotations omitted`];
}

// Of the warnings and infos of an answer no more is told than Prometheus tells: the first ten of each, and how many there are more.

import type { Answer } from './render.ts';

const NOTES_MAX = 10;
const OMITTED = /^([0-9]+) more (?:warning|info) annotations omitted$/;

export function boundedNotes(answer: Answer): Answer {
  const { warnings = [], infos = [] } = answer;
  return { ...answer, warnings: bounded(warnings, 'warning'), infos: bounded(infos, 'info') };
}

function bounded(notes: readonly string[], kind: string): readonly string[] {
  // The engine cuts its own, and says how many it left out.
  const cut = notes.findIndex((note) => OMITTED.test(note));
  const leftOut = cut < 0 ? 0 : Number(OMITTED.exec(notes[cut]!)![1]);
  const told = cut < 0 ? notes : notes.toSpliced(cut, 1);
  const more = told.length - NOTES_MAX + leftOut;
  return more <= 0 ? told : [...told.slice(0, NOTES_MAX), `${more} more ${kind} annotations omitted`];
}

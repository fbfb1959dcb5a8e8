// Of the warnings and infos of an answer no more is told than Prometheus tells: the first ten of each, and how many there are more.
// The one place where they are cut.

const NOTES_MAX = 10;

interface Notes {
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

export function boundedNotes<T extends Notes>(answer: T): T & Required<Notes> {
  const { warnings = [], infos = [] } = answer;
  return { ...answer, warnings: bounded(warnings, 'warning'), infos: bounded(infos, 'info') };
}

function bounded(notes: readonly string[], kind: string): readonly string[] {
  if (notes.length <= NOTES_MAX) return notes;
  return [...notes.slice(0, NOTES_MAX), `${notes.length - NOTES_MAX} more ${kind} annotations omitted`];
}

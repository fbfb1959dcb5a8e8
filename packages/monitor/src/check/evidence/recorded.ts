// What the given rules record, reasoned through their expressions: a rule may read what another one records, so it takes a round for
// each step. What is further away than the rounds reach stays open, and nothing follows from it.

import { Analysis } from '../expression/analysis.ts';
import type { Shape } from '../expression/label-shape.ts';
import { adding, oneValue } from '../expression/label-shape.ts';
import { ALL, between } from '../expression/numeric-range.ts';
import type { UnreadSubject } from '../files/rule-subjects.ts';
import type { Evidence, LabelFacts, SeriesFacts } from './evidence.ts';
import { unitOfName } from './units.ts';

const ROUNDS = 4;
/** Kinds of series of one rule that are told apart. */
const MAX_SHAPES = 32;

export function addRecorded(evidence: Evidence, subjects: readonly UnreadSubject[]): void {
  const recording = subjects.filter(({ kind }) => kind === 'recording');
  for (const { name } of recording) evidence.addRecorded(openFacts(name));
  addAlerts(evidence);
  for (let round = 0; round < (recording.length === 0 ? 0 : ROUNDS); round++) {
    const known = recording.flatMap((subject) => recordedFacts(subject, evidence));
    evidence.clearRecorded();
    for (const facts of known) evidence.addRecorded(facts);
    addAlerts(evidence);
  }
}

function recordedFacts(subject: UnreadSubject, evidence: Evidence): readonly SeriesFacts[] {
  const { shapes, range, unit, nature } = new Analysis(subject.syntax, evidence).of(subject.syntax);
  if (shapes.length === 0 || shapes.length > MAX_SHAPES) return [openFacts(subject.name)];
  const own = subject.rule?.labels ?? [];
  return shapes.map((shape): SeriesFacts => {
    let labelled: Shape = shape;
    for (const { name, value } of own) labelled = adding(labelled, name, oneValue(value));
    const labels = new Map<string, LabelFacts>();
    for (const [name, facts] of labelled.labels) labels.set(name, { ...facts, isExhaustive: false });
    // Buckets that were worked on are still buckets, and no counters any more.
    const mayHaveBuckets = labels.has('le') || labelled.hasOthers;
    return {
      ...openFacts(subject.name),
      role: nature === 'counter' ? 'counter' : mayHaveBuckets || nature === 'unknown' ? 'unknown' : 'gauge',
      unit,
      labels,
      hasOtherLabels: labelled.hasOthers,
      ...(labelled.othersAreOfTargets === undefined ? {} : { othersAreOfTargets: labelled.othersAreOfTargets }),
      range,
    };
  });
}

function openFacts(name: string): SeriesFacts {
  return {
    name,
    family: name,
    role: 'unknown',
    unit: unitOfName(name),
    help: '',
    labels: new Map(),
    hasOtherLabels: true,
    range: ALL,
    startsAtZero: undefined,
    source: 'rules that record it',
  };
}

/** What evaluating alerts writes. */
function addAlerts(evidence: Evidence): void {
  const closed: LabelFacts = {
    values: new Set(['pending', 'firing']),
    isClosed: true,
    isAlways: true,
    isExhaustive: false,
  };
  const open: LabelFacts = { ...closed, values: undefined, isClosed: false };
  const labels = new Map([['alertname', open]]);
  evidence.addRecorded({
    ...openFacts('ALERTS'),
    role: 'gauge',
    labels: new Map(labels).set('alertstate', closed),
    range: between(1, 1),
  });
  evidence.addRecorded({ ...openFacts('ALERTS_FOR_STATE'), role: 'gauge', labels });
}

// Label sets as JSON: `{"__name__":"up","job":"node"}`. The labels of an answer are few and stand in many sets, so the text of
// each is kept while the answer is rendered.

import type { Label, Labels } from '../../model/labels.ts';
import { quotePlain } from './format.ts';

/** So many are kept of an answer; further ones are rendered each time. */
const LABELS_KEPT_MAX = 4096;

export function renderLabels(labels: Labels): string {
  return `{${labels.map(renderLabel).join(',')}}`;
}

/** For the label sets of one answer. */
export class LabelRenderer {
  readonly #texts = new Map<Label, string>();

  render(labels: Labels): string {
    let text = '{';
    for (let place = 0; place < labels.length; place++) {
      text += place === 0 ? this.#textOf(labels[place]!) : `,${this.#textOf(labels[place]!)}`;
    }
    return `${text}}`;
  }

  #textOf(label: Label): string {
    const kept = this.#texts.get(label);
    if (kept !== undefined) return kept;
    const text = renderLabel(label);
    if (this.#texts.size < LABELS_KEPT_MAX) this.#texts.set(label, text);
    return text;
  }
}

function renderLabel({ name, value }: Label): string {
  return `${quotePlain(name)}:${quotePlain(value)}`;
}

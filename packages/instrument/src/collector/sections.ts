// What is switched on: the collector as a whole, and groups of its metrics by the beginnings of their names. Each metric holds
// the gate of its group, one boolean, so that a record finds out with one read; gates change when somebody switches.

import { InstrumentError } from '../errors.ts';

/** Whether records go through. */
export interface Gate {
  readonly isOn: boolean;
}

/** A group of metrics that can be switched off and on while the node runs. */
export interface CollectorSection {
  readonly name: string;
  /** As it was switched; with the whole collector off, nothing is recorded in any case. */
  readonly isEnabled: boolean;
  enable(): void;
  disable(): void;
}

const MAX_SECTIONS = 256;

export class Sections {
  readonly #all: Section;
  readonly #byName = new Map<string, Section>();
  readonly #beforeSwitch: () => void;
  #isOn: boolean;

  /**
   * @param beforeSwitch called before anything is switched
   * @throws {InstrumentError} `option_invalid`
   */
  constructor(
    prefixes: Readonly<Record<string, readonly string[]>>,
    { isOn, beforeSwitch }: { readonly isOn: boolean; readonly beforeSwitch: () => void },
  ) {
    checkSections(prefixes);
    this.#isOn = isOn;
    this.#beforeSwitch = beforeSwitch;
    this.#all = new Section('', [''], this);
    for (const [name, beginnings] of Object.entries(prefixes)) {
      this.#byName.set(name, new Section(name, beginnings, this));
    }
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  switchAll(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#beforeSwitch();
    this.#isOn = isOn;
    for (const section of [this.#all, ...this.#byName.values()]) section.update();
  }

  switching(): void {
    this.#beforeSwitch();
  }

  /** @throws {InstrumentError} `option_invalid` when there is none of that name */
  section(name: string): CollectorSection {
    const section = this.#byName.get(name);
    if (section !== undefined) return section;
    throw new InstrumentError(
      'option_invalid',
      `There is no section ${JSON.stringify(name)}: name it in the option sections, which has ${list(this.#byName.keys())}.`,
    );
  }

  /** Of the section with the longest beginning of this name. */
  gateOf(metricName: string): Gate {
    let best = this.#all;
    let length = 0;
    for (const section of this.#byName.values()) {
      const own = section.matchLength(metricName);
      if (own <= length) continue;
      best = section;
      length = own;
    }
    return best.gate;
  }
}

class Section implements CollectorSection {
  readonly name: string;
  readonly gate: { isOn: boolean };
  readonly #prefixes: readonly string[];
  readonly #sections: Sections;
  #isEnabled = true;

  constructor(name: string, prefixes: readonly string[], sections: Sections) {
    this.name = name;
    this.#prefixes = prefixes;
    this.#sections = sections;
    this.gate = { isOn: sections.isOn };
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  enable(): void {
    this.#switch(true);
  }

  disable(): void {
    this.#switch(false);
  }

  update(): void {
    this.gate.isOn = this.#isEnabled && this.#sections.isOn;
  }

  matchLength(metricName: string): number {
    const lengths = this.#prefixes.map((prefix) => (metricName.startsWith(prefix) ? prefix.length : 0));
    return Math.max(0, ...lengths);
  }

  #switch(isEnabled: boolean): void {
    if (isEnabled === this.#isEnabled) return;
    this.#sections.switching();
    this.#isEnabled = isEnabled;
    this.update();
  }
}

function checkSections(prefixes: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(prefixes);
  if (entries.length > MAX_SECTIONS) {
    throw new InstrumentError('option_invalid', `There are ${entries.length} sections: give at most ${MAX_SECTIONS}.`);
  }
  for (const [name, beginnings] of entries) {
    const isList = Array.isArray(beginnings) && beginnings.length > 0;
    if (name !== '' && isList && beginnings.every((one) => typeof one === 'string' && one !== '')) continue;
    throw new InstrumentError(
      'option_invalid',
      `The section ${JSON.stringify(name)} needs a name and a list of how the names of its metrics begin, such as ["chain_network_"].`,
    );
  }
}

function list(names: Iterable<string>): string {
  return Array.from(names).join(', ') || 'none';
}

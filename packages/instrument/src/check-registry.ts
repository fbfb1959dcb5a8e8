// Whether what a program gave as its registry is one, asked where that is still its programmer's to mend. By what it does and
// not by its class: a program may have two copies of this package.

import { InstrumentError } from './errors.ts';

/** @throws {InstrumentError} `option_invalid`; `where` names what needs the registry */
export function checkRegistry(registry: unknown, where: string): void {
  const isOurs = typeof registry === 'object' && registry !== null && 'onDerive' in registry && 'stateSet' in registry;
  if (isOurs) return;
  const given = registry === null ? 'null' : typeof registry;
  throw new InstrumentError(
    'option_invalid',
    `The registry of ${where} is ${given === 'object' ? 'another object' : given}: give a Registry of this package ` +
      '(one of prom-client is attached to it with promClientSource).',
  );
}

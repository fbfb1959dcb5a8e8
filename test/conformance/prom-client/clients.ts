// The real prom-client and the drop-in, as the same type: a program written for the one is given the other.

import * as dropIn from '@chainpulse/instrument/prom-client';
import real from 'prom-client';

/** What programs import. */
export type Client = typeof real;

export const REAL: Client = real;

/** Unchecked, for the two differ in types that no program sees; what programs see is compiled in `test/package`. */
export const DROP_IN = dropIn.default as unknown as Client;

/** A registry's whole text and JSON. */
export async function shown(
  register: Pick<InstanceType<Client['Registry']>, 'metrics' | 'getMetricsAsJSON'>,
): Promise<{ text: string; json: unknown }> {
  const text = await register.metrics();
  const json: unknown = JSON.parse(JSON.stringify(await register.getMetricsAsJSON()));
  return { text, json };
}

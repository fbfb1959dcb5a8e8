// Node's own modules for the parts of the drop-in that prom-client has for Node alone (default metrics, cluster, push
// gateway, the wording of values in errors). They are asked for when needed and never imported, so that counting works in
// any JavaScript runtime, and so that `cluster` is not loaded in programs that do not use it.

/** Of `node:util`. */
interface UtilModule {
  format(value: unknown): string;
  inspect(value: unknown): string;
}

declare const process: { getBuiltinModule?(name: string): unknown } | undefined;

/** The module, or undefined where there is no Node (22.3 or later), or none of that name. */
function optionalNodeModule<M>(name: string): M | undefined {
  return typeof process === 'object' ? (process.getBuiltinModule?.(name) as M | undefined) : undefined;
}

/** @throws {Error} where the runtime has no such module */
export function nodeModule<M>(name: string, forWhat: string): M {
  const found = optionalNodeModule<M>(name);
  if (found === undefined)
    throw new Error(`${forWhat} needs Node's module "${name}", which this runtime does not have.`);
  return found;
}

/** A value as prom-client's error messages show it. */
export function formatValue(value: unknown): string {
  return optionalNodeModule<UtilModule>('util')?.format(value) ?? String(value);
}

export function inspectValue(value: unknown): string {
  return optionalNodeModule<UtilModule>('util')?.inspect(value) ?? String(JSON.stringify(value));
}

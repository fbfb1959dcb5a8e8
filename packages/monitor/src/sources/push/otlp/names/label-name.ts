// The name of an attribute as a label. Escaped, each character that is no letter or digit becomes an underscore; a name that
// then begins with a digit gets `key_` before it, and one with a single underscore `key`, as Prometheus's defaults have it.

const ONLY_UNDERSCORES = /^_*$/;
const OTHER_CHARACTERS = /[^a-zA-Z0-9]/gu;

/** '' when there is no label of that name: nothing is left of it but underscores. */
export function labelName(attribute: string, isEscaped: boolean): string {
  if (!isEscaped) return ONLY_UNDERSCORES.test(attribute) ? '' : attribute;
  const name = attribute.replace(OTHER_CHARACTERS, '_');
  if (/^[0-9]/.test(name)) return `key_${name}`;
  if (/^_(?!_)/.test(name)) return `key${name}`;
  return ONLY_UNDERSCORES.test(name) ? '' : name;
}

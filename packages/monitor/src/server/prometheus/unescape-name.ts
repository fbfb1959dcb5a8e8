// Names of labels in an address, where Prometheus' clients write those that hold more than letters, digits and underscores as
// `U__…`: `__` is an underscore and `_2e_` the character of that code. What only looks like one is a name as it stands.
// Source: prometheus.io/docs/instrumenting/escaping_schemes ("Values Encoding Escaping")

const ESCAPED = /^U__((?:[^_]|__|_[0-9a-fA-F]{1,5}_)*)$/u;
const PART = /__|_([0-9a-fA-F]{1,5})_/gu;

export function unescapeName(name: string): string {
  const body = ESCAPED.exec(name)?.[1];
  if (body === undefined) return name;
  const unescaped = body.replaceAll(PART, (_, code: string | undefined) =>
    code === undefined ? '_' : String.fromCodePoint(Number.parseInt(code, 16)),
  );
  // A half of a surrogate pair is no character.
  return unescaped.isWellFormed() ? unescaped : name;
}

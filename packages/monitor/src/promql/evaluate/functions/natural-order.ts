// The natural order of texts, in which `node2` comes before `node10`: parts of digits are compared as numbers, the others as texts.
// As in Prometheus, a number that no 64-bit integer holds is a text, and texts that differ in leading zeros alone are decided
// by which ends first.

const PARTS = /[0-9]+|[^0-9]+/g;
const GREATEST_INTEGER = 2n ** 63n - 1n;

/** Of two texts that differ. */
export function precedesNaturally(left: string, right: string): boolean {
  const leftParts = left.match(PARTS) ?? [];
  const rightParts = right.match(PARTS) ?? [];
  for (const [index, part] of leftParts.entries()) {
    const other = rightParts[index];
    if (other === undefined) return false;
    const number = integerOf(part);
    const otherNumber = integerOf(other);
    const areNumbers = number !== undefined && otherNumber !== undefined;
    if (areNumbers ? number === otherNumber : part === other) {
      if (index === leftParts.length - 1) return true;
      if (index === rightParts.length - 1) return false;
      continue;
    }
    return areNumbers ? number < otherNumber : part < other;
  }
  return false;
}

function integerOf(part: string): bigint | undefined {
  if (!/^[0-9]/.test(part)) return undefined;
  const value = BigInt(part);
  return value <= GREATEST_INTEGER ? value : undefined;
}

// Where a metric's unit may be told: OpenMetrics and Prometheus's protobuf parser refuse a whole page when a unit is not the
// end of its metric's name, after `_`.

/** `name` is that of the family, without `_total`. */
export function endsInUnit(name: string, unit: string): boolean {
  return unit !== '' && name.endsWith(`_${unit}`) && name.length > unit.length + 1;
}

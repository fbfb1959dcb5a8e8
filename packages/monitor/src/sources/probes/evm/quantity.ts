// Quantities of Ethereum's JSON-RPC: "0x" and hexadecimal digits, up to 256 bits. A metric is a double, exact to 2^53;
// heights, times, gas and counts stay below that on every real chain, wei do not. So a quantity is read as a BigInt and
// becomes a number only at the end, rounded to the nearest double, and sums of wei are summed before they are rounded.

const QUANTITY = /^0x[0-9a-f]{1,64}$/i;

/** `undefined` for anything that is not a quantity. */
export function parseQuantity(value: unknown): bigint | undefined {
  return typeof value === 'string' && QUANTITY.test(value) ? BigInt(value) : undefined;
}

/** The quantity as a double; `undefined` for anything that is not a quantity. */
export function parseNumber(value: unknown): number | undefined {
  const quantity = parseQuantity(value);
  return quantity === undefined ? undefined : Number(quantity);
}

export function toQuantity(value: number): string {
  return `0x${value.toString(16)}`;
}

const WEI_IN_NATIVE = 1_000_000_000_000_000_000n;

/** Wei as whole native currency (10^18 wei), to the precision of a double. */
export function weiToNative(wei: bigint): number {
  return Number(wei / WEI_IN_NATIVE) + Number(wei % WEI_IN_NATIVE) / 1e18;
}

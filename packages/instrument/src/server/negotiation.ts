// Which of our formats a client wants, by its `Accept` and `Accept-Encoding`. A client that accepts none of them, or says it
// in a way that cannot be read, gets the text format, as from every other exporter: a scraper can do more with that than with
// a refusal. Source: RFC 9110, sections 12.4.2, 12.5.1 and 12.5.3.

/** What can be had by `Accept`, with the parameters that must agree where a client names them. */
export interface Offer<F extends string> {
  readonly format: F;
  /** Type and subtype, in lower case. */
  readonly mediaType: string;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Range {
  /** In lower case. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1. */
  readonly weight: number;
}

interface Fit {
  readonly weight: number;
  /** The more of the offer the range names, the higher. */
  readonly specificity: number;
  readonly position: number;
}

/** Ranges of one header that are looked at. */
const MAX_RANGES = 64;

const SPECIFICITY_OF_TYPE = 100;
const SPECIFICITY_OF_SUBTYPE = 200;

/** Parts at a separator that is not inside of quotes. */
const BY_COMMA = /(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g;
const BY_SEMICOLON = /(?:"(?:[^"\\]|\\.)*"|[^;"]|")+/g;

/**
 * The offer that the client likes best. What it likes equally well is decided by how exactly it names it, then by its order,
 * then by ours. The first offer when it accepts none, or does not say.
 */
export function chooseOffer<F extends string>(accept: string | undefined, offers: readonly Offer<F>[]): F {
  const ranges = parseRanges(accept ?? '*/*');
  let chosen = offers[0]!.format;
  let best: Fit = { weight: 0, specificity: 0, position: 0 };
  for (const offer of offers) {
    const fit = fitOf(offer, ranges);
    if (fit === undefined || !isBetter(fit, best)) continue;
    chosen = offer.format;
    best = fit;
  }
  return chosen;
}

/** Whether gzip is welcome, and not less than no compression. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const codings = parseRanges(acceptEncoding ?? '');
  const weightOf = (...names: string[]): number | undefined => {
    return codings.find(({ value }) => names.includes(value))?.weight;
  };
  const gzip = weightOf('gzip', 'x-gzip') ?? weightOf('*') ?? 0;
  return gzip > 0 && gzip >= (weightOf('identity') ?? 0);
}

function isBetter(fit: Fit, best: Fit): boolean {
  if (fit.weight !== best.weight) return fit.weight > best.weight;
  if (fit.specificity !== best.specificity) return fit.specificity > best.specificity;
  return fit.position < best.position;
}

/** By the most exact of the ranges that the offer is in. */
function fitOf({ mediaType, parameters }: Offer<string>, ranges: readonly Range[]): Fit | undefined {
  let most: Fit | undefined;
  for (const [position, range] of ranges.entries()) {
    const specificity = specificityOf(range, mediaType, parameters);
    if (specificity === undefined || (most !== undefined && specificity <= most.specificity)) continue;
    most = { weight: range.weight, specificity, position };
  }
  return most;
}

/** Undefined when the offer is not in the range. Parameters that the offer does not have (`charset`, `escaping`) are ignored. */
function specificityOf(range: Range, mediaType: string, parameters: Offer<string>['parameters']): number | undefined {
  if (range.value === '*/*') return 0;
  if (range.value.endsWith('/*')) {
    return mediaType.startsWith(range.value.slice(0, -1)) ? SPECIFICITY_OF_TYPE : undefined;
  }
  if (range.value !== mediaType) return undefined;
  let specificity = SPECIFICITY_OF_SUBTYPE;
  for (const [name, value] of Object.entries(parameters)) {
    const wanted = range.parameters.get(name);
    if (wanted === undefined) continue;
    if (wanted.toLowerCase() !== value.toLowerCase()) return undefined;
    specificity++;
  }
  return specificity;
}

/** Ranges whose weight cannot be read are left out. */
function parseRanges(header: string): readonly Range[] {
  const ranges: Range[] = [];
  for (const element of (header.match(BY_COMMA) ?? []).slice(0, MAX_RANGES)) {
    const [value = '', ...rest] = (element.match(BY_SEMICOLON) ?? []).map((part) => part.trim());
    const parameters = new Map(rest.map(parseParameter));
    const weight = parseWeight(parameters.get('q'));
    if (value !== '' && weight !== undefined) ranges.push({ value: value.toLowerCase(), parameters, weight });
  }
  return ranges;
}

function parseParameter(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at === -1) return [text.toLowerCase(), ''];
  const value = text.slice(at + 1).trim();
  const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  const unquoted = isQuoted ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
  return [text.slice(0, at).trim().toLowerCase(), unquoted];
}

function parseWeight(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  const weight = text === '' ? Number.NaN : Number(text);
  return weight >= 0 && weight <= 1 ? weight : undefined;
}

// What an error of a parameter shows of its value: all of it, unless it is longer than anybody reads.

import { quoted } from '../../promql/go-text.ts';

const SHOWN_VALUE_CHARACTERS = 1024;

/** In double quotes, as Go writes it; with dots behind them where it is cut. */
export function shownValue(text: string): string {
  if (text.length <= SHOWN_VALUE_CHARACTERS) return quoted(text);
  return `${quoted(text.slice(0, SHOWN_VALUE_CHARACTERS).toWellFormed())}...`;
}

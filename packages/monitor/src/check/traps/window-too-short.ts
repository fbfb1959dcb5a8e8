// A window that holds fewer than two samples.

import { formatDuration } from '../../model/duration.ts';
import { NEED_TWO_SAMPLES, windowCallsIn } from '../expression/windows.ts';
import type { Trap } from '../interface.ts';
import { consequence } from './unknown-metric.ts';

export const WINDOW_TOO_SHORT: Trap = {
  code: 'window-too-short',
  level: 'error',
  title: 'A window that holds fewer than two samples',
  why: 'Growth is between two samples: a window no longer than the scrape interval never holds two, and one shorter than two intervals does so by luck.',
  mend: 'Make the window at least four scrape intervals long; in a dashboard write `$__rate_interval`.',
  *examine(subject, { scrapeIntervalMs }) {
    for (const { call, windowMs, argument } of windowCallsIn(subject.syntax)) {
      if (!NEED_TWO_SAMPLES.has(call.name) || argument.kind !== 'selector') continue;
      const at = subject.placeAt(call.span.from);
      const { mend } = WINDOW_TOO_SHORT;
      if (subject.panel !== undefined && /\[\s*\$(?:\{__interval\}|__interval\b)/.test(subject.panel.written)) {
        yield {
          level: 'warning',
          at,
          message: `\`$__interval\` shrinks as one zooms in: the window of ${call.name} then holds fewer than two samples, and the panel is empty`,
          mend,
        };
        continue;
      }
      // A recorded series has the interval of its group.
      const isRecorded = (subject.analysis.seriesOf(argument) ?? []).some(
        ({ role, source }) => role === 'unknown' && source.startsWith('rule'),
      );
      if (windowMs === undefined || scrapeIntervalMs === undefined || isRecorded || windowMs >= 2 * scrapeIntervalMs)
        continue;
      const isNever = windowMs <= scrapeIntervalMs;
      yield {
        level: isNever ? 'error' : 'warning',
        at,
        message: `a window of ${formatDuration(windowMs)} at a sample every ${formatDuration(scrapeIntervalMs)} ${isNever ? `never holds two of them: ${consequence(subject)}` : 'often holds only one of them'}`,
        mend,
      };
    }
  },
};

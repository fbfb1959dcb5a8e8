// One node's chain: its height, large, and beside it what else it reports.

import { formatFigure } from '../format/number.ts';
import { formatClock, formatDuration } from '../format/time.ts';
import { useServerTime } from '../live/use-monitor.ts';
import { explorerLink } from '../route.ts';
import { Cell, Pulse } from './cell.tsx';
import type { ChainFigures } from './chain.ts';
import { type Line, nameOf, selectorOf } from './figures.ts';
import { StateMark } from './state-mark.tsx';

export interface ChainCardProps {
  readonly figures: ChainFigures;
  readonly windowS: number;
}

export function ChainCard({ figures, windowS }: ChainCardProps) {
  const { target, height, cells } = figures;
  const group = `chain ${target.id}`;
  const identity = [target.labels['chain'], figures.network, figures.version].filter(
    (part) => part !== undefined && part !== '',
  );
  return (
    <article class={`card card-${target.health}`} aria-label={`Chain of ${nameOf(target)}`}>
      <header class="card-head">
        <h3>{nameOf(target)}</h3>
        <StateMark target={target} />
        {figures.syncState === undefined ? null : <span class="tag">{figures.syncState}</span>}
        <p class="identity">
          {[...new Set(identity)].map((part) => (
            <bdi key={part}>{part}</bdi>
          ))}
        </p>
      </header>
      <div class="chain">
        {height === undefined ? null : (
          <div class="hero">
            <p class="hero-label">
              <a href={explorerLink(`chain_blocks_head_height${selectorOf(target)}`, windowS)}>Height</a>
            </p>
            <Height height={height} />
            <HeadLine figures={figures} />
            <Pulse height={height} group={group} />
          </div>
        )}
        <div class={cells.length > 4 ? 'cells in-threes' : 'cells in-twos'}>
          {cells.map((content) => (
            <Cell key={content.title} content={content} group={group} windowS={windowS} />
          ))}
        </div>
      </div>
    </article>
  );
}

/** As large as its digits leave room for. */
function Height({ height }: { readonly height: Line }) {
  const { text } = formatFigure(height.reading.value, 'count');
  return (
    <p
      class={height.reading.isCurrent ? 'hero-value' : 'hero-value old'}
      style={{ '--characters': text.length }}
      data-testid="height"
    >
      {text}
    </p>
  );
}

function HeadLine({ figures }: { readonly figures: ChainFigures }) {
  const nowMs = useServerTime();
  const { height, headTimestampS, finalizedHeight } = figures;
  if (height === undefined) return null;
  const parts: string[] = [];
  if (!height.reading.isCurrent) parts.push(`last known at ${formatClock(height.reading.timeS * 1000)}`);
  else if (headTimestampS !== undefined && nowMs !== undefined) {
    parts.push(`block is ${formatDuration(nowMs - headTimestampS * 1000)} old`);
  }
  if (finalizedHeight !== undefined) {
    const behind = height.reading.value - finalizedHeight;
    parts.push(`final ${formatFigure(finalizedHeight, 'count').text} (${formatFigure(behind, 'count').text} behind)`);
  }
  return <p class="hero-note">{parts.join(' · ')}</p>;
}

// One machine: processor, memory, disk and network over time, each core and each file system now.

import { formatText } from '../format/number.ts';
import { Cell } from './cell.tsx';
import { nameOf } from './figures.ts';
import type { MachineFigures, Share } from './machine.ts';
import { StateMark } from './state-mark.tsx';

export function MachineCard({ figures, windowS }: { readonly figures: MachineFigures; readonly windowS: number }) {
  const { target, cells, cores, filesystems } = figures;
  return (
    <article class={`card card-${target.health}`} aria-label={`Machine ${nameOf(target)}`}>
      <header class="card-head">
        <h3>{nameOf(target)}</h3>
        <StateMark target={target} />
      </header>
      <div class="cells">
        {cells.map((content) => (
          <Cell key={content.title} content={content} group={`machine ${target.id}`} windowS={windowS} />
        ))}
      </div>
      <div class="shares">
        {cores.length === 0 ? null : <Shares title="Cores" shares={cores} label={(share) => `Core ${share.name}`} />}
        {filesystems.length === 0 ? null : (
          <Shares title="File systems" shares={filesystems} label={(share) => share.name} />
        )}
      </div>
    </article>
  );
}

interface SharesProps {
  readonly title: string;
  readonly shares: readonly Share[];
  readonly label: (share: Share) => string;
}

function Shares({ title, shares, label }: SharesProps) {
  return (
    <section class="share-group">
      <h4>{title}</h4>
      <ul>
        {shares.map((share) => (
          <li key={share.name} class={share.isCurrent ? 'share' : 'share old'}>
            <span class="share-name" title={label(share)}>
              {label(share)}
            </span>
            <meter min={0} max={1} value={share.ratio} aria-label={label(share)} />
            <span class="share-value">{formatText(share.ratio, 'ratio')}</span>
            {share.note === undefined ? null : <span class="share-note">{share.note}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

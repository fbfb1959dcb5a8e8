// The state of a target as a shape and a word, so that it does not depend on telling colours apart.

import type { TargetHealth } from '../../../monitor/src/server/wire.ts';

const WORDS: Readonly<Record<TargetHealth, string>> = { up: 'Up', down: 'Down', unknown: 'Waiting' };

export function StateMark({ health }: { readonly health: TargetHealth }) {
  return (
    <span class={`state state-${health}`}>
      <Shape health={health} />
      {WORDS[health]}
    </span>
  );
}

/** A disc for up, a cross in a square for down, a ring for not yet known. */
function Shape({ health }: { readonly health: TargetHealth }) {
  return (
    <svg viewBox="0 0 12 12" width="13" height="13" aria-hidden="true">
      {health === 'up' ? <circle cx="6" cy="6" r="5" fill="currentColor" /> : null}
      {health === 'down' ? (
        <path
          d="M1 1h10v10H1z M3.8 3.8l4.4 4.4m0-4.4l-4.4 4.4"
          fill="currentColor"
          stroke="var(--surface)"
          stroke-width="1.6"
        />
      ) : null}
      {health === 'unknown' ? (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.8" />
      ) : null}
    </svg>
  );
}

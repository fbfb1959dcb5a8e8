// The state of a target as a shape and a word, so that it does not depend on telling colours apart.

import type { TargetHealth, WireTarget } from '../../../monitor/src/server/wire.ts';
import { stateWordOf } from './target-order.ts';

export function StateMark({ target }: { readonly target: WireTarget }) {
  const { health } = target;
  return (
    <span class={`state state-${health}`}>
      <Shape health={health} />
      {stateWordOf(target)}
    </span>
  );
}

/** A disc for up, a cross in a square for down, a ring for not yet known. */
function Shape({ health }: { readonly health: TargetHealth }) {
  return (
    <svg viewBox="0 0 12 12" width="13" height="13" aria-hidden="true">
      {health === 'up' ? <circle cx="6" cy="6" r="5" fill="currentColor" /> : null}
      {health === 'down' ? (
        <>
          <rect width="12" height="12" rx="2" fill="currentColor" />
          <path d="M3.2 3.2l5.6 5.6m0-5.6l-5.6 5.6" stroke="var(--surface)" stroke-width="1.8" stroke-linecap="round" />
        </>
      ) : null}
      {health === 'unknown' ? (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.8" />
      ) : null}
    </svg>
  );
}

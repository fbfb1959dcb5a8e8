// Whether the last evaluation of a rule succeeded.

import type { WireAlertRule } from '../../../monitor/src/server/wire.ts';

export function Health({ health }: { readonly health: WireAlertRule['health'] }) {
  if (health === 'err') return <span class="badge badge-fails">fails</span>;
  return <span class={health === 'ok' ? 'badge badge-ok' : 'badge'}>{health === 'ok' ? 'evaluated' : 'waiting'}</span>;
}

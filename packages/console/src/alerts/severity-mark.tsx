// How grave an alert is, as a shape and a word: neither needs colours to be told from the others.

export interface SeverityMarkProps {
  /** The word of the label; '' without one. */
  readonly severity: string;
  /** 5 critical to 1 info; 0 for every other word. */
  readonly level: number;
  /** It is over: the mark is quiet. */
  readonly isOver?: boolean;
}

export function SeverityMark({ severity, level, isOver = false }: SeverityMarkProps) {
  return (
    <span class={isOver ? 'severity severity-over' : `severity severity-${level}`}>
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
        <Shape level={level} />
      </svg>
      {severity === '' ? 'No severity' : capitalized(severity)}
    </span>
  );
}

/** An octagon, a triangle standing and a diamond are filled; a ring and a small disc are not urgent. */
function Shape({ level }: { readonly level: number }) {
  const sign = { stroke: 'var(--surface)', 'stroke-width': 1.9, 'stroke-linecap': 'round', fill: 'none' } as const;
  switch (level) {
    case 5:
      return (
        <>
          <path d="M5 .5h6L15.5 5v6L11 15.500H5L.5 11V5z" fill="currentColor" />
          <path d="M8 4v4.600M8 11.600v.1" {...sign} />
        </>
      );
    case 4:
      return (
        <>
          <path d="M8 .8L15.8 14.700H.2z" fill="currentColor" stroke-linejoin="round" />
          <path d="M8 6v3.600M8 12.300v.1" {...sign} />
        </>
      );
    case 3:
      return (
        <>
          <path d="M8 .3L15.7 8 8 15.7.3 8z" fill="currentColor" />
          <path d="M8 4.700v3.900M8 11.200v.1" {...sign} />
        </>
      );
    case 2:
      return <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="2.2" />;
    default:
      return <circle cx="8" cy="8" r="3.6" fill="currentColor" />;
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

// The head of a page that was opened from another one: the way back, and a title that takes the focus, so that who uses a
// keyboard or a screen reader is where the page begins.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface PageHeadProps {
  readonly id: string;
  readonly title: string;
  /** Where the way back leads to: the list of alerts. */
  readonly back: string;
  readonly children?: ComponentChildren;
}

export function PageHead({ id, title, back, children }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="page-head">
      <a class="back" href="#/alerts">
        <span aria-hidden="true">←</span> {back}
      </a>
      {children}
      <h2 id={id} ref={heading} tabIndex={-1}>
        {title}
      </h2>
    </div>
  );
}

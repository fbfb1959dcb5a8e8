// uPlot inside Preact: made once for a structure (which series, which scales, which colours), given new data as it
// comes, sized to its box, and taken down with it.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useColours } from '../theme/theme.ts';

export interface PlotProps {
  /** Whatever of the options can change, as a string: the plot is made anew when it does. */
  readonly structure: string;
  readonly options: () => Omit<uPlot.Options, 'width' | 'height'>;
  readonly data: uPlot.AlignedData;
  readonly heightPx: number;
  /** The index under the crosshair; null when the pointer has left. */
  readonly onHover?: (index: number | null) => void;
  /** A stretch of time that was dragged over, unix seconds. */
  readonly onSelect?: (fromS: number, toS: number) => void;
  readonly description: string;
}

export function Plot(props: PlotProps) {
  const { structure, data, heightPx, description } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const colours = useColours();

  // `structure` and the colours stand for the options.
  useLayoutEffect(() => {
    const target = box.current;
    if (target === null) return;
    const made = make(target, latest);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (target.clientWidth > 0) made.setSize({ width: target.clientWidth, height: latest.current.heightPx });
    });
    observer.observe(target);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [structure, colours, heightPx]);

  useEffect(() => {
    if (plot.current !== undefined && plot.current.data !== data) plot.current.setData(data);
  }, [data]);

  return <div ref={box} class="plot" role="img" aria-label={description} />;
}

function make(target: HTMLElement, latest: { readonly current: PlotProps }): uPlot {
  const { options, data, heightPx } = latest.current;
  const own = options();
  const hooks: uPlot.Hooks.Arrays = {
    ...own.hooks,
    setCursor: [(self) => latest.current.onHover?.(self.cursor.idx ?? null)],
    setSelect: [
      (self) => {
        if (self.select.width < 4) return;
        const fromS = self.posToVal(self.select.left, 'x');
        const toS = self.posToVal(self.select.left + self.select.width, 'x');
        self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        latest.current.onSelect?.(fromS, toS);
      },
    ],
  };
  return new uPlot({ ...own, hooks, width: Math.max(target.clientWidth, 40), height: heightPx }, data, target);
}

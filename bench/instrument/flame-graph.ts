// A CPU profile as a flame graph in SVG: each box is a function, as wide as its share of the samples, above what it called.
// Source: brendangregg.com/flamegraphs.html (turned over: roots are on top).

export interface ProfileTree {
  readonly name: string;
  readonly place: string;
  readonly selfSamples: number;
  readonly totalSamples: number;
  readonly children: readonly ProfileTree[];
}

const WIDTH = 1200;
const ROW_HEIGHT = 18;
const CHARACTER_WIDTH = 6.6;
/** Narrower boxes are left out. */
const MIN_WIDTH = 2;
const MAX_DEPTH = 40;

export function flameGraph(root: ProfileTree): string {
  const boxes: string[] = [];
  let depth = 0;
  const draw = (node: ProfileTree, left: number, level: number): void => {
    const width = (WIDTH * node.totalSamples) / root.totalSamples;
    if (width < MIN_WIDTH || level > MAX_DEPTH) return;
    depth = Math.max(depth, level);
    boxes.push(boxOf(node, { left, width, level, share: node.totalSamples / root.totalSamples }));
    let childLeft = left;
    for (const child of [...node.children].sort((a, b) => b.totalSamples - a.totalSamples)) {
      draw(child, childLeft, level + 1);
      childLeft += (WIDTH * child.totalSamples) / root.totalSamples;
    }
  };
  draw(root, 0, 0);
  const height = (depth + 1) * ROW_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    '<title>Where the time of recording and rendering goes</title>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...boxes,
    '</svg>\n',
  ].join('\n');
}

interface Place {
  readonly left: number;
  readonly width: number;
  readonly level: number;
  readonly share: number;
}

function boxOf({ name, place }: ProfileTree, { left, width, level, share }: Place): string {
  const x = left.toFixed(1);
  const y = level * ROW_HEIGHT;
  const room = Math.floor((width - 4) / CHARACTER_WIDTH);
  const text =
    room < 3 ? '' : `<text x="${(left + 3).toFixed(1)}" y="${y + 13}">${escaped(name.slice(0, room))}</text>`;
  const title = `<title>${escaped(`${name} ${place}`.trim())}: ${(100 * share).toFixed(1)} %</title>`;
  const box = `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${ROW_HEIGHT - 1}" fill="${colourOf(name)}"/>`;
  return `<g>${title}${box}${text}</g>`;
}

/** The same name has the same colour. */
function colourOf(name: string): string {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (31 * hash + name.charCodeAt(i)) % 60;
  return `hsl(${20 + hash}, 80%, 72%)`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

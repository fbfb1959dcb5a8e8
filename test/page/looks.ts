// What a page looks like and how it is reached, as far as it can be measured: sizes, colours, what a chart has drawn, Tab.

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** Presses Tab until what has the focus bears the name. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 60; count++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const shown = (await focused.getAttribute('aria-label')) ?? (await focused.textContent()) ?? '';
    if (shown.trim().startsWith(name)) return;
  }
  assert.fail(`nothing that is named ${name} can be reached with Tab`);
}

/** What the tests use of the document's elements, as they run without the types of a browser. */
interface CanvasElement {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { data: Uint8Array } };
}

interface RootElement {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly style: { color: string };
  readonly ownerDocument: { defaultView: { getComputedStyle(element: RootElement): { color: string } } };
}

/** Whether the chart has any colour of a line, not only its axes. */
export function drawnPixels(page: Page): Promise<boolean> {
  return page
    .locator('figure canvas')
    .first()
    .evaluate((canvas: CanvasElement) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let index = 0; index < data.length; index += 4) {
        const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice(index, index + 4);
        if (alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 90) return true;
      }
      return false;
    });
}

export function overflowPx(page: Page): Promise<number> {
  return page.locator('html').evaluate((root: RootElement) => root.scrollWidth - root.clientWidth);
}

/** A colour of the theme as the page has it now: `rgb(…)`. */
export function colourOf(page: Page, name: string): Promise<string> {
  return page.locator('html').evaluate((root: RootElement, property: string) => {
    root.style.color = `var(${property})`;
    const { color } = root.ownerDocument.defaultView.getComputedStyle(root);
    root.style.color = '';
    return color;
  }, `--${name}`);
}

export async function assertContrast(page: Page, ink: string, ground: string): Promise<void> {
  const inkLuminance = luminanceOf(await colourOf(page, ink));
  const groundLuminance = luminanceOf(await colourOf(page, ground));
  const [dark = 0, bright = 0] = [inkLuminance, groundLuminance].sort((a, b) => a - b);
  const ratio = (bright + 0.05) / (dark + 0.05);
  assert.ok(ratio >= 4.5, `${ink} on ${ground} has ${ratio.toFixed(2)}`);
}

/** The relative luminance that WCAG 2 defines, of `rgb(r, g, b)`. */
function luminanceOf(colour: string): number {
  const channels = colour.match(/[\d.]+/g) ?? [];
  assert.ok(channels.length >= 3, colour);
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

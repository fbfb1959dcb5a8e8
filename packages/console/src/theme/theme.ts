// Light, dark, or as the system has it. The choice is remembered in this browser; the colours themselves are custom
// properties of `theme.css`, read here for the charts, which are drawn on canvas.

import { useEffect, useState } from 'preact/hooks';

export type ThemeChoice = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'chainpulse.theme';
const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const SYSTEM_IS_DARK = '(prefers-color-scheme: dark)';

/** Sets what was chosen before; call before the first paint. */
export function applyRememberedTheme(): void {
  apply(remembered());
}

/** The choice and how to go to the next one. */
export function useTheme(): { choice: ThemeChoice; next: () => void } {
  const [choice, setChoice] = useState(remembered);
  const next = (): void => {
    const chosen = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? 'system';
    remember(chosen);
    apply(chosen);
    setChoice(chosen);
  };
  return { choice, next };
}

/** 'light' or 'dark', whichever is on the screen now; changes with the system and with the choice. */
export function useColours(): 'light' | 'dark' {
  const [colours, setColours] = useState(coloursNow);
  useEffect(() => {
    const renew = (): void => setColours(coloursNow());
    const media = matchMedia(SYSTEM_IS_DARK);
    const observer = new MutationObserver(renew);
    media.addEventListener('change', renew);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      media.removeEventListener('change', renew);
      observer.disconnect();
    };
  }, []);
  return colours;
}

/** The colour that a custom property such as `--ink` stands for now, as a canvas takes it. */
export function colourOf(property: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function coloursNow(): 'light' | 'dark' {
  const forced = document.documentElement.dataset['theme'];
  if (forced === 'light' || forced === 'dark') return forced;
  return matchMedia(SYSTEM_IS_DARK).matches ? 'dark' : 'light';
}

function apply(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
}

function remembered(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return CHOICES.find((choice) => choice === stored) ?? 'system';
  } catch {
    return 'system';
  }
}

function remember(choice: ThemeChoice): void {
  try {
    localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // A browser that stores nothing shows the theme until the page is left.
  }
}

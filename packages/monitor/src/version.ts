// The version of this package, read from its package.json: beside `src` in a checkout, beside `dist` when installed.

import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const VERSION = version;

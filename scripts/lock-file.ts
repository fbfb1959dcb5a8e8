// The lock file names every platform's package of a dependency that has one for each (compilers, linters). A registry that
// does not carry all platforms makes npm leave the others out, and `npm ci` then refuses the lock it wrote itself
// (npm/cli#9846). `node scripts/lock-file.ts` puts them back; `npm run check` looks whether any is missing.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, Entry & Record<string, unknown>>;
}

const FILE = join(import.meta.dirname, '../package-lock.json');
const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|amd64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(\w+))?$/;

/** Entries for the platform packages that the lock mentions and does not hold. */
function missingEntries({ packages }: Lock): Lock['packages'] {
  const missing: Lock['packages'] = {};
  for (const [from, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (path in packages || `${from}/${path}` in packages) continue;
      missing[path] = entryOf(name, version, entry);
    }
  }
  return missing;
}

function entryOf(name: string, version: string, { dev, license }: Entry): Lock['packages'][string] {
  const [, os = '', cpu = '', abi = ''] = PLATFORM.exec(name) ?? [];
  if (os === '' || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`${name}@${version} is missing in the lock file and names no platform: run npm install`);
  }
  // On Linux a package without a C library in its name is either static or for glibc; only Biome's tell them apart so.
  const libc = abi.startsWith('musl') ? 'musl' : 'glibc';
  return {
    version,
    cpu: [cpu === 'amd64' ? 'x64' : cpu],
    ...(dev === true && { dev }),
    ...(os === 'linux' && (abi !== '' || name.startsWith('@biomejs/')) && { libc: [libc] }),
    ...(license !== undefined && { license }),
    optional: true,
    os: [os],
  };
}

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as Lock;
const missing = missingEntries(lock);
const names = Object.keys(missing);
if (process.argv.includes('--check')) {
  for (const name of names) console.error(`${name} is missing in package-lock.json: run node scripts/lock-file.ts`);
  process.exitCode = names.length === 0 ? 0 : 1;
} else {
  const all = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
  console.log(`${names.length} entries added`);
}

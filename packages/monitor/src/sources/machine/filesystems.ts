// File systems that hold data: each once, however often it is mounted, by its shortest mount point. Network file systems
// are left out, because a server that is gone would hold a thread for ever, and so are those that are no disk (proc, tmpfs).
// Invariant: a mount is asked again only after it has answered, so one that hangs costs one thread at most, not one a
// collection; until it answers it is absent.
// Source: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html, statfs(2)

import { statfs } from 'node:fs/promises';
import type { FilesystemReading } from './machine-reading.ts';

export const MAX_FILESYSTEMS = 32;
/** Asked at a time, of the four threads that Node has for files; those that take longer than this are absent this time. */
const PATIENCE_MS = 500;
const ON_DISK: ReadonlySet<string> = new Set(
  (
    'ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs nilfs2 erofs ' +
    'vfat exfat ntfs ntfs3 fuseblk apfs hfs hfsplus ufs 9p virtiofs'
  ).split(' '),
);

/** Mount points of file systems on disks, and of the root whatever it is made of (overlay in a container). */
export function parseMountinfo(text: string): readonly string[] {
  const byDevice = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device, , escapedMount] = before.split(' ');
    const [type = ''] = after.split(' ');
    if (device === undefined || escapedMount === undefined) continue;
    const mount = escapedMount.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    if (!ON_DISK.has(type) && mount !== '/') continue;
    const known = byDevice.get(device);
    if (known === undefined || mount.length < known.length) byDevice.set(device, mount);
  }
  return [...byDevice.values()].sort().slice(0, MAX_FILESYSTEMS);
}

export class FilesystemReader {
  readonly #pending = new Set<string>();

  /** Those that answered in time, in the order of the mounts. */
  async read(mounts: readonly string[]): Promise<readonly FilesystemReading[]> {
    const { promise: timeUp, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, PATIENCE_MS, undefined);
    try {
      const answers = mounts.map((mount) => Promise.race([this.#readOne(mount), timeUp]));
      return (await Promise.all(answers)).filter((reading) => reading !== undefined);
    } finally {
      clearTimeout(timer);
    }
  }

  async #readOne(mount: string): Promise<FilesystemReading | undefined> {
    if (this.#pending.has(mount)) return undefined;
    this.#pending.add(mount);
    try {
      const { bsize, blocks, bavail } = await statfs(mount);
      return blocks === 0 ? undefined : { mount, sizeBytes: blocks * bsize, availableBytes: bavail * bsize };
    } catch {
      return undefined;
    } finally {
      this.#pending.delete(mount);
    }
  }
}

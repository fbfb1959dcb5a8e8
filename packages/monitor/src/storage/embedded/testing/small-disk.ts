// A file system of its own for a test, which can be full or fail without harm to others. Needs the right to mount; without
// it there is none, and the test is skipped.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

export class SmallDisk {
  readonly path: string;
  readonly #ballast: string;

  private constructor(path: string) {
    this.path = path;
    this.#ballast = join(path, 'ballast');
  }

  /** In memory. */
  static mount(path: string, sizeBytes: number): SmallDisk | undefined {
    mkdirSync(path, { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', path]);
    return status === 0 ? new SmallDisk(path) : undefined;
  }

  /** ext4 in a file beside it, which becomes read-only when it finds an error in itself. */
  static mountFailing(path: string, sizeBytes: number): SmallDisk | undefined {
    mkdirSync(path, { recursive: true });
    const image = `${path}.image`;
    const file = openSync(image, 'w');
    ftruncateSync(file, sizeBytes);
    closeSync(file);
    const isMade = spawnSync('mkfs.ext4', ['-q', '-F', image]).status === 0;
    const isMounted = isMade && spawnSync('mount', ['-o', 'loop,errors=remount-ro', image, path]).status === 0;
    return isMounted ? new SmallDisk(path) : undefined;
  }

  /** Leaves so many bytes free, or a page more. */
  leaveFree(freeBytes: number): void {
    this.makeRoom();
    const { bavail, bsize } = statfsSync(this.path);
    const sizeBytes = Math.max(0, bavail * bsize - freeBytes);
    writeFileSync(this.#ballast, Buffer.alloc(sizeBytes));
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** Lets the file system find an error in itself; false where that cannot be done. Only for one mounted as failing. */
  fail(): boolean {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const device = mounts.find((line) => line.split(' ')[1] === this.path)?.split(' ')[0] ?? '';
    const trigger = `/sys/fs/ext4/${basename(device)}/trigger_fs_error`;
    if (!/^\/dev\/loop\d+$/.test(device) || !existsSync(trigger)) return false;
    writeFileSync(trigger, '1');
    return true;
  }

  /** Mounts it again after a failure. */
  mend(): void {
    const image = `${this.path}.image`;
    spawnSync('umount', [this.path]);
    spawnSync('e2fsck', ['-fy', image]);
    const { status, stderr } = spawnSync('mount', ['-o', 'loop', image, this.path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  unmount(): void {
    spawnSync('umount', [this.path]);
    rmSync(`${this.path}.image`, { force: true });
  }
}

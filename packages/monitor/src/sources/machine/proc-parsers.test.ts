import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SteadyClock } from '../../model/clock.ts';
import { parseProcStat } from './cpu.ts';
import { MAX_DISKS, parseDiskstats } from './disks.ts';
import { FilesystemReader, parseMountinfo } from './filesystems.ts';
import { readMemory } from './memory.ts';
import { MAX_INTERFACES, parseNetDev, parseSockets } from './network.ts';
import { SensorReader } from './sensors.ts';

describe('/proc/stat', () => {
  it('counts idle and iowait as idle, and guests once', () => {
    const times = parseProcStat('cpu  100 10 50 800 40 5 5 10 30 2\ncpu0 50 5 25 400 20 2 3 5 15 1\nintr 1 2 3\n');
    assert.deepEqual(times?.all, { idle: 840, total: 1020 });
    assert.deepEqual([...times!.cores], [['0', { idle: 420, total: 510 }]]);
  });

  it('is refused when it is something else', () => {
    for (const text of ['', 'intr 1 2 3', 'cpu  a b c d', 'cpu  1 2'])
      assert.equal(parseProcStat(text), undefined, text);
  });
});

describe('/proc/diskstats', () => {
  const line = (name: string) => ` 8 0 ${name} 100 1 2000 3 50 4 600 5 0 6 7 0 0 0 0 0 0`;

  it('gives whole disks in units of 512 bytes and leaves partitions and memory out', () => {
    const text = ['sda', 'sda1', 'loop0', 'ram0', 'zram0', 'sr0', 'nvme0n1'].map(line).join('\n');
    const disks = parseDiskstats(text, (name) => name !== 'sda1');
    assert.deepEqual(
      disks.map(({ device }) => device),
      ['sda', 'nvme0n1'],
    );
    const expected = { device: 'sda', reads: 100, writes: 50, readBytes: 2000 * 512, writtenBytes: 600 * 512 };
    assert.deepEqual(disks[0], expected);
  });

  it('is bounded, and passes over lines that are cut off', () => {
    const text = [' 8 0 sdz 1 2', ...Array.from({ length: 100 }, (_, index) => line(`vd${index}`))].join('\n');
    assert.equal(parseDiskstats(text, () => true).length, MAX_DISKS);
  });
});

describe('/proc/net', () => {
  it('gives outer interfaces, errors and drops together as lost', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
veth12:    1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0
  eth0: 1000 10 1 2 9 9 0 0 2000 20 3 4 9 9 9 0
`;
    assert.deepEqual(parseNetDev(text), [
      {
        device: 'eth0',
        receivedBytes: 1000,
        receivedPackets: 10,
        receivedLostPackets: 3,
        sentBytes: 2000,
        sentPackets: 20,
        sentLostPackets: 7,
      },
    ]);
  });

  it('is bounded', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `eth${index}: ${Array(16).fill(1).join(' ')}`);
    assert.equal(parseNetDev(lines.join('\n')).length, MAX_INTERFACES);
  });

  it('counts the sockets of both internet protocols, and leaves out what is not told', () => {
    const sockstat = 'sockets: used 20\nTCP: inuse 5 orphan 0 tw 2 alloc 6 mem 1\nUDP: inuse 0 mem 0\n';
    const sockstat6 = 'TCP6: inuse 2\nUDP6: inuse 1\n';
    const protocols =
      'protocol  size sockets  memory\nUNIX-STREAM 1024      7      -1\nUNIX      1024      3      -1\n';
    assert.deepEqual(parseSockets({ sockstat, sockstat6, protocols }), { tcp: 7, udp: 1, unix: 10 });
    assert.deepEqual(parseSockets({ sockstat: undefined, sockstat6: undefined, protocols: 'x' }), {});
  });
});

describe('file systems', () => {
  const MOUNTS = [
    '22 27 0:21 / /proc rw - proc proc rw',
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '30 27 254:0 /x /etc/hosts rw - ext4 /dev/vda rw',
    '31 27 8:1 / /mnt/my\\040disk rw shared:1 - xfs /dev/sda1 rw',
    '32 27 0:50 / /mnt/far rw - nfs4 server:/x rw',
    '33 27 0:24 / /dev/shm rw - tmpfs tmpfs rw',
  ].join('\n');

  it('are those on disks, each once by its shortest mount point', () => {
    assert.deepEqual(parseMountinfo(MOUNTS), ['/', '/mnt/my disk']);
  });

  it('include the root of a container', () => {
    assert.deepEqual(parseMountinfo('1 0 0:99 / / rw - overlay overlay rw'), ['/']);
  });

  it('that cannot be asked are absent', async () => {
    const readings = await new FilesystemReader().read(['/', '/there/is/no/such/mount']);
    assert.deepEqual(
      readings.map(({ mount }) => mount),
      ['/'],
    );
  });
});

describe('files of a machine of our own', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'chainpulse-machine-'))));
  after(() => rmSync(folder, { recursive: true }));

  function write(path: string, text: string): string {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  const MEMINFO = 'MemTotal:  1000 kB\nMemAvailable:  600 kB\nSwapTotal:  100 kB\nSwapFree:  70 kB\n';

  it('memory is that of the machine where no limit is below it', () => {
    const files = {
      meminfo: write('a/meminfo', MEMINFO),
      ownCgroup: write('a/cgroup', '0::/app\n'),
      cgroupMount: join(folder, 'a/fs'),
    };
    const expected = { usedBytes: 400 * 1024, totalBytes: 1000 * 1024, swapUsedBytes: 30 * 1024 };
    assert.deepEqual(readMemory(files), expected);
    write('a/fs/app/memory.max', 'max\n');
    write('a/fs/app/memory.current', '1024\n');
    assert.deepEqual(readMemory(files), expected);
  });

  it('memory is that of the container where its limit, or that of a group above it, is lower (version 2)', () => {
    const files = {
      meminfo: write('b/meminfo', MEMINFO),
      ownCgroup: write('b/cgroup', '0::/pod/app\n'),
      cgroupMount: join(folder, 'b/fs'),
    };
    write('b/fs/pod/app/memory.max', 'max\n');
    write('b/fs/pod/memory.max', '512000\n');
    write('b/fs/pod/memory.current', '300000\n');
    write('b/fs/pod/memory.stat', 'anon 1\ninactive_file 50000\nactive_file 9\n');
    const expected = { usedBytes: 250_000, totalBytes: 512_000, swapUsedBytes: 30 * 1024 };
    assert.deepEqual(readMemory(files), expected);
  });

  it('memory is that of the container where its limit is lower (version 1)', () => {
    const files = {
      meminfo: write('c/meminfo', MEMINFO),
      ownCgroup: write('c/cgroup', '5:cpu,cpuacct:/other\n4:memory:/app\n0::/\n'),
      cgroupMount: join(folder, 'c/fs'),
    };
    write('c/fs/memory/app/memory.limit_in_bytes', '204800\n');
    write('c/fs/memory/app/memory.usage_in_bytes', '100000\n');
    write('c/fs/memory/app/memory.stat', 'inactive_file 1\ntotal_inactive_file 30000\n');
    const expected = { usedBytes: 70_000, totalBytes: 204_800, swapUsedBytes: 30 * 1024 };
    assert.deepEqual(readMemory(files), expected);
  });

  it('memory is absent where there is no meminfo', () => {
    const missing = join(folder, 'missing');
    assert.equal(readMemory({ meminfo: missing, ownCgroup: missing, cgroupMount: missing }), undefined);
  });

  it('frequency and temperature are read where the kernel shows them, of the CPU alone', async () => {
    write('d/cpu/cpu0/cpufreq/scaling_cur_freq', '2400000\n');
    write('d/cpu/cpu1/topology', '');
    write('d/hwmon/hwmon0/name', 'k10temp\n');
    write('d/hwmon/hwmon0/temp1_input', '-1500\n');
    write('d/hwmon/hwmon0/temp1_label', 'Tctl\n');
    write('d/hwmon/hwmon0/temp2_input', 'not a number\n');
    write('d/hwmon/hwmon1/name', 'nvme\n');
    write('d/hwmon/hwmon1/temp1_input', '40000\n');
    const reader = new SensorReader(new SteadyClock(), { cpus: join(folder, 'd/cpu'), hwmon: join(folder, 'd/hwmon') });
    assert.deepEqual(await reader.read(), {
      frequencies: [{ core: '0', hertz: 2_400_000_000 }],
      temperatures: [{ sensor: 'hwmon0 Tctl', celsius: -1.5 }],
    });
  });
});

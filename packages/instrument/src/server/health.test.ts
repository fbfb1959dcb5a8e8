import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Health, type HealthCheck } from './health.ts';
import { ManualTime } from './testing/parts.ts';

describe('Health', () => {
  it('says that only the process is known to answer when there are no checks', async () => {
    const report = await new Health({}, new ManualTime().parts).report();
    assert.equal(report.status, 'ok');
    assert.deepEqual(report.checks, {});
    assert.match(report.message, /The process answers\. No checks were given/);
  });

  it('is failing when one check is, and says what that check says', async () => {
    const checks: Record<string, HealthCheck> = {
      sync: () => 'Behind by 40 blocks.',
      disk: () => true,
      peers: () => Promise.resolve('ok'),
    };
    const report = await new Health(checks, new ManualTime().parts).report();
    assert.equal(report.status, 'failing');
    assert.deepEqual(report.checks, {
      sync: { status: 'failing', message: 'Behind by 40 blocks.' },
      disk: { status: 'ok' },
      peers: { status: 'ok' },
    });
    assert.equal(report.message, '2 of 3 checks are ok.');
  });

  it('counts an answer that says nothing as failing', async () => {
    for (const nothing of [false, undefined, null, '', 0, {}]) {
      const check = (() => nothing) as unknown as HealthCheck;
      assert.equal(
        (await new Health({ check }, new ManualTime().parts).report()).status,
        'failing',
        JSON.stringify(nothing),
      );
    }
  });

  it('shows of an error nothing but its code', async () => {
    const throwing: Record<string, HealthCheck> = {
      file: () => {
        throw Object.assign(new Error("ENOENT: open '/home/node/secret'"), { code: 'ENOENT' });
      },
      rejecting: () => Promise.reject(new Error('password=hunter2')),
      odd: () => {
        throw { code: '/etc/passwd' };
      },
      evil: () => {
        throw {
          get code(): string {
            throw new Error('no');
          },
        };
      },
      nothing: () => {
        throw undefined;
      },
    };
    const { checks } = await new Health(throwing, new ManualTime().parts).report();
    assert.equal(checks['file']?.message, 'The check threw an error: ENOENT.');
    for (const name of ['rejecting', 'odd', 'evil', 'nothing']) {
      assert.equal(checks[name]?.message, 'The check threw an error.', name);
    }
  });

  it('cuts a message off', async () => {
    const { checks } = await new Health({ long: () => 'x'.repeat(1000) }, new ManualTime().parts).report();
    assert.equal(checks['long']?.message?.length, 256);
  });

  it('shares a result for a second, and among those who ask at once', async () => {
    const time = new ManualTime();
    let calls = 0;
    const health = new Health({ count: () => ++calls > 0 }, time.parts);
    await Promise.all([health.report(), health.report(), health.report()]);
    time.advance(999);
    await health.report();
    assert.equal(calls, 1);
    time.advance(1);
    await health.report();
    assert.equal(calls, 2);
  });

  it('calls a check that hangs failing, and does not begin it anew while it hangs', async () => {
    const time = new ManualTime();
    let calls = 0;
    let end: (outcome: true) => void = () => {};
    const hanging: HealthCheck = () => {
      calls++;
      return new Promise((resolve) => {
        end = resolve;
      });
    };
    const health = new Health({ hanging, fine: () => true }, time.parts);
    for (let i = 0; i < 3; i++) {
      const pending = health.report();
      await nextTurn();
      time.advance(2000);
      const { checks } = await pending;
      assert.deepEqual(checks['hanging'], { status: 'failing', message: 'The check did not answer within 2 s.' });
      assert.deepEqual(checks['fine'], { status: 'ok' });
    }
    assert.equal(calls, 1);
    end(true);
    await nextTurn();
    time.advance(1000);
    const pending = health.report();
    await nextTurn();
    end(true);
    assert.equal((await pending).status, 'ok');
    assert.equal(calls, 2);
    assert.equal(time.pendingTimers, 0);
  });

  it('refuses checks that are none, and too many', () => {
    const { parts } = new ManualTime({ maxHealthChecks: 2 });
    const check = (): boolean => true;
    for (const checks of [{ '': check }, { ['x'.repeat(65)]: check }, { a: 7 }, { a: check, b: check, c: check }]) {
      assert.throws(() => new Health(checks as unknown as Record<string, HealthCheck>, parts), {
        code: 'option_invalid',
      });
    }
  });
});

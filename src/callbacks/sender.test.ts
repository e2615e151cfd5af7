import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { changeEndpoint, createEndpoint, rotateSecret } from '#src/store/callback-endpoints.ts';
import { callbackDelay, claimCallbacks } from '#src/store/callback-sending.ts';
import { enqueueTest, listCallbacks } from '#src/store/callbacks.ts';
import { openIncidents } from '#src/store/incidents.ts';
import { openPool } from '#src/store/pool.ts';
import { createTenant } from '#src/store/tenants.ts';
import { testApp } from '#test/helpers/app.ts';
import { type Receiver, startReceiver } from '#test/helpers/receiver.ts';
import { type CallbackSender, openSender } from './sender.ts';
import { newSecret } from './signature.ts';

const app = await testApp();
const { tenantId } = await createTenant(app.sql, 'Hospital', app.clock.now());
const DAY = 86_400;
/** For machines that are busy. */
const PATIENT = { timeout: 20_000, interval: 10 };

let senders: CallbackSender[];
let receiver: Receiver;
beforeEach(async () => {
  await app.sql`TRUNCATE callbacks, callback_endpoints, incidents`;
  app.clock.set('2026-11-23T12:00:00Z');
  app.metrics.callbacks.reset();
  senders = [];
  receiver = await startReceiver();
});
afterEach(async () => {
  await Promise.all(senders.map((each) => each.close()));
});

const sender = () => {
  const opened = openSender(app);
  senders.push(opened);
  return opened;
};

async function endpoint(url = receiver.url) {
  const secret = newSecret();
  const made = await createEndpoint(app.sql, app.cipher, {
    ...{ tenantId, url, secret, events: ['dose.missed'] },
    now: app.clock.now(),
  });
  return { id: made.id, secret };
}

async function enqueue(endpointId: string, count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await enqueueTest(app.sql, { tenantId, endpointId, now: app.clock.now() }));
  return ids;
}

/** Passes until nothing is under way and nothing is due. */
async function drain(one: CallbackSender): Promise<void> {
  for (let i = 0; i < 2000 && (await one.pass()); i++);
}

const rows = () =>
  listCallbacks(app.sql, { tenantId, endpointId: null, state: null, event: null, after: null, limit: 1000 });
const stateOf = async (id: string) => (await app.sql`SELECT * FROM callback_endpoints WHERE id = ${id}`)[0];
const tries = async (outcome: string) =>
  (await app.metrics.callbacks.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;

describe('sending', () => {
  it('posts what was enqueued, signed, once', async () => {
    const { id, secret } = await endpoint();
    const [callback] = await enqueue(id);
    await drain(sender());
    await drain(sender());
    expect(receiver.received).toHaveLength(1);
    const [got] = receiver.received;
    expect(got).toMatchObject({ path: '/hook', id: callback });
    expect(got?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-timestamp': '1795435200' });
    expect(receiver.verify(got as never, secret, app.clock.now())).toEqual({
      type: 'callback.test',
      timestamp: '2026-11-23T12:00:00.000Z',
      data: {},
    });
    expect(await rows()).toMatchObject([{ id: callback, state: 'delivered', tries: 1, status: 200, nextAt: null }]);
    expect(await tries('delivered')).toBe(1);
  });

  it('keeps no URL and no secret in the clear', async () => {
    const { id, secret } = await endpoint();
    const { url, secret: kept } = (await stateOf(id)) as { url: Buffer; secret: Buffer };
    expect(url.includes('hook')).toBe(false);
    expect(kept.includes(secret.slice(6))).toBe(false);
    expect(app.cipher.open(url)).toBe(receiver.url);
  });

  it('signs with the old secret too for as long as it holds', async () => {
    const { id, secret: old } = await endpoint();
    const secret = newSecret();
    await rotateSecret(app.sql, app.cipher, { tenantId, id, secret, oldUntil: plusSeconds(app.clock.now(), DAY) });
    await enqueue(id);
    await drain(sender());
    app.clock.advance(DAY);
    await enqueue(id);
    await drain(sender());
    const [during, after] = receiver.received as [never, never];
    for (const each of [secret, old]) receiver.verify(during, each, plusSeconds(app.clock.now(), -DAY));
    receiver.verify(after, secret, app.clock.now());
    expect(() => receiver.verify(after, old, app.clock.now())).toThrow('No matching signature');
  });

  it('tries again by the schedule, with the same id and a new timestamp, until it has failed', async () => {
    const { id, secret } = await endpoint();
    const [callback] = await enqueue(id);
    receiver.replies = Array(10).fill(500);
    const one = sender();
    const begin = app.clock.now().getTime();
    for (let i = 1; i <= 10; i++) {
      await drain(one);
      expect(receiver.received).toHaveLength(i);
      const [row] = await rows();
      expect(row).toMatchObject({ tries: i, status: 500, state: i < 10 ? 'pending' : 'failed' });
      receiver.verify(receiver.received[i - 1] as never, secret, app.clock.now());
      if (row?.nextAt == null) continue;
      app.clock.set(plusSeconds(row.nextAt, -1));
      await drain(one);
      expect(receiver.received).toHaveLength(i); // not a second early
      app.clock.set(row.nextAt);
    }
    expect(new Set(receiver.received.map((got) => got.id))).toEqual(new Set([callback]));
    expect(new Set(receiver.received.map((got) => got.body)).size).toBe(1);
    const hours = (app.clock.now().getTime() - begin) / 3_600_000;
    expect(hours).toBeGreaterThanOrEqual(75.58);
    expect(hours).toBeLessThan(75.6 * 1.2);
    expect([await tries('retried'), await tries('failed')]).toEqual([9, 1]);
  });

  it('sends an hour late what was due an hour ago', async () => {
    const { id, secret } = await endpoint();
    await enqueue(id, 3);
    app.clock.advance(3600);
    await drain(sender());
    const times = receiver.received.map((got) => receiver.verify(got, secret, app.clock.now()).timestamp);
    expect(times).toEqual(Array(3).fill('2026-11-23T12:00:00.000Z'));
  });

  it('takes no answer, or one that does not come in time, for a failure', async () => {
    const { id } = await endpoint();
    await enqueue(id, 2);
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);
      return stop.signal;
    });
    receiver.replies.push(
      (response) => response.socket?.destroy(),
      () => {},
    );
    await drain(sender());
    expect(timeout).toHaveBeenCalledWith(10_000);
    timeout.mockRestore();
    expect(await rows()).toMatchObject(Array(2).fill({ state: 'pending', tries: 1, status: null }));
  });
});

describe('several senders', () => {
  it('send everything, and nothing twice', async () => {
    const endpoints = await Promise.all([endpoint(), endpoint(), endpoint()]);
    const ids = (await Promise.all(endpoints.map(({ id }) => enqueue(id, 60)))).flat();
    await Promise.all([drain(sender()), drain(sender()), drain(sender())]);
    expect(receiver.received.map((got) => got.id).toSorted()).toEqual(ids.toSorted());
    expect((await rows()).every(({ state }) => state === 'delivered')).toBe(true);
  });

  it('leave alone what one holds, until its lease is over; what arrived counts whoever sent it', async () => {
    const { id } = await endpoint();
    const [callback] = await enqueue(id);
    const answers: (() => void)[] = [];
    receiver.replies.push((response) => answers.push(() => response.writeHead(200).end()));
    const first = sender();
    await first.pass();
    await drain(sender());
    expect(receiver.received).toHaveLength(1);
    app.clock.advance(31);
    receiver.replies.push(500);
    await drain(sender()); // the first is thought dead
    expect(receiver.received.map((got) => got.id)).toEqual([callback, callback]);
    expect(await rows()).toMatchObject([{ state: 'pending', tries: 2 }]);
    answers[0]?.();
    await drain(first);
    expect(await rows()).toMatchObject([{ state: 'delivered', status: 200 }]);
  });

  it('keep what came back while PostgreSQL was away', async () => {
    const { id } = await endpoint();
    await enqueue(id);
    const one = sender();
    const [{ name = '' } = {}] = await app.sql<{ name: string }[]>`SELECT current_database() AS name`;
    const answers: (() => void)[] = [];
    receiver.replies.push((response) => answers.push(() => response.writeHead(200).end()));
    await one.pass();
    const admin = openPool(inject('postgresUrl'), { max: 1 });
    await admin.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`;
    answers[0]?.();
    const passes = () =>
      one.pass().then(
        () => true,
        () => false,
      );
    await expect.poll(passes, PATIENT).toBe(false);
    await admin.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
    await expect.poll(passes, PATIENT).toBe(true);
    await drain(one);
    expect(await rows()).toMatchObject([{ state: 'delivered', tries: 1 }]);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('one slow endpoint', () => {
  it('does not hold up another, and has a bounded share', async () => {
    const slow = await startReceiver();
    slow.replies = Array(300).fill(() => {});
    const hanging = await endpoint(slow.url);
    await enqueue(hanging.id, 100);
    app.clock.advance(1);
    const well = await endpoint();
    await enqueue(well.id, 50);
    const one = sender();
    await expect.poll(() => one.pass().then(() => receiver.received.length), PATIENT).toBe(50);
    expect(slow.open.most).toBe(8);
    expect(receiver.open.most).toBeLessThanOrEqual(8);
    slow.hangUp();
  });

  it('with a long queue takes turns with the others', async () => {
    const long = await endpoint();
    await enqueue(long.id, 10);
    app.clock.advance(1);
    const short = await endpoint();
    await enqueue(short.id, 2);
    const now = app.clock.now();
    const claim = { now, leaseUntil: plusSeconds(now, 30), limit: 4, perEndpoint: 8, busy: new Map() };
    const taken = (await claimCallbacks(app.sql, claim)).map(({ endpointId }) => endpointId);
    expect(taken.toSorted()).toEqual([long.id, long.id, short.id, short.id].toSorted());
  });

  it('is asked one at a time while it fails, and in full again when something arrives', async () => {
    const { id } = await endpoint();
    await enqueue(id, 20);
    receiver.replies = Array(8).fill(500);
    const one = sender();
    await one.pass();
    await drain(one);
    expect(receiver.received.length).toBe(20);
    expect((await stateOf(id))?.failing_since).toBe(null);
    await app.sql`UPDATE callback_endpoints SET failing_since = ${app.clock.now()}`;
    await enqueue(id, 20);
    receiver.replies = Array(5).fill(500);
    receiver.open.most = 0;
    for (let i = 0; i < 5; i++) {
      await one.pass();
      expect(receiver.open.most).toBeLessThanOrEqual(1);
    }
    await drain(one);
    expect(receiver.received.length).toBe(40);
  });

  it('that asks to be left alone is, with all it is to be told; others are not', async () => {
    const { id } = await endpoint();
    await enqueue(id, 30);
    receiver.replies = Array(8).fill((response: ServerResponse) =>
      response.writeHead(429, { 'retry-after': '120' }).end(),
    );
    const one = sender();
    await drain(one);
    expect(receiver.received).toHaveLength(8);
    const other = await endpoint();
    await enqueue(other.id);
    await drain(one);
    expect(receiver.received).toHaveLength(9);
    app.clock.advance(119);
    await drain(one);
    expect(receiver.received).toHaveLength(9);
    app.clock.advance(1);
    await drain(one);
    expect((await rows()).filter(({ state }) => state === 'delivered')).toHaveLength(31);
  });
});

describe('an endpoint of no use', () => {
  const notices = async () => (await openIncidents(app.sql)).map(({ kind, subject }) => [kind, subject]);

  it('is disabled at once when it says that it is gone, with a notice; what waits goes on when it is enabled', async () => {
    const { id } = await endpoint();
    await enqueue(id, 20);
    receiver.replies = [410];
    const one = sender();
    await app.sql`UPDATE callback_endpoints SET failing_since = ${app.clock.now()}`; // one at a time
    await drain(one);
    expect(receiver.received).toHaveLength(1);
    expect(await stateOf(id)).toMatchObject({ state: 'disabled' });
    expect(await notices()).toEqual([['callbacks_disabled', id]]);
    expect((await app.sql`SELECT tenant_id, affected FROM incidents`)[0]).toEqual({
      tenant_id: tenantId,
      affected: 19,
    });
    await changeEndpoint(app.sql, app.cipher, { tenantId, id, change: { state: 'enabled' }, now: app.clock.now() });
    expect(await notices()).toEqual([]);
    await drain(one);
    expect(receiver.received).toHaveLength(20);
  });

  it('is disabled when for five days nothing arrived, however much was tried', async () => {
    const { id } = await endpoint();
    const one = sender();
    receiver.replies = Array(1000).fill(500);
    for (let day = 0; day < 5; day++) {
      await enqueue(id);
      await drain(one);
      expect(await stateOf(id)).toMatchObject({ state: 'enabled' });
      app.clock.advance(DAY);
    }
    await drain(one);
    expect(await stateOf(id)).toMatchObject({ state: 'enabled' });
    app.clock.advance(DAY);
    await drain(one);
    expect(await stateOf(id)).toMatchObject({ state: 'disabled' });
    expect(await notices()).toEqual([['callbacks_disabled', id]]);
    const sent = receiver.received.length;
    app.clock.advance(10 * DAY);
    await drain(one);
    expect(receiver.received).toHaveLength(sent);
  });

  it('is not disabled when something arrived in between', async () => {
    const { id } = await endpoint();
    const one = sender();
    for (let day = 0; day < 12; day++) {
      receiver.replies = day === 4 || day === 8 ? [] : Array(100).fill(500);
      await enqueue(id);
      await drain(one);
      app.clock.advance(DAY);
    }
    expect(await stateOf(id)).toMatchObject({ state: 'enabled' });
    expect(await notices()).toEqual([]);
  });

  it('whose secret cannot be read any more holds up nobody', async () => {
    const broken = await endpoint();
    await enqueue(broken.id);
    app.clock.advance(1);
    await app.sql`UPDATE callback_endpoints SET secret = '\\x00'`;
    const well = await endpoint();
    await enqueue(well.id, 3);
    await drain(sender());
    expect(receiver.received).toHaveLength(3);
    expect((await rows()).map(({ state, status }) => [state, status])).toEqual([
      ['pending', null],
      ...Array(3).fill(['delivered', 200]),
    ]);
  });

  it('that was removed is told nothing any more, and holds up nobody', async () => {
    const { id } = await endpoint();
    const gone = uuidv7(app.clock.now());
    await enqueue(gone);
    await enqueue(id);
    await drain(sender());
    expect(receiver.received).toHaveLength(1);
  });
});

it('the delay is that of the oldest callback that may leave', async () => {
  const delay = () => callbackDelay(app.sql, app.clock.now());
  expect(await delay()).toBe(0);
  const { id } = await endpoint();
  await enqueue(id);
  app.clock.advance(90);
  await enqueue(id);
  expect(await delay()).toBe(90);
  await app.sql`UPDATE callback_endpoints SET held_until = ${plusSeconds(app.clock.now(), 1)}`;
  expect(await delay()).toBe(0);
  app.clock.advance(1);
  expect(await delay()).toBe(91);
  await app.sql`UPDATE callback_endpoints SET state = 'disabled'`;
  expect(await delay()).toBe(0);
});

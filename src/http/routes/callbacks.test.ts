import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSender } from '#src/callbacks/sender.ts';
import { CALLBACK_EVENT_NAMES } from '#src/domain/callback.ts';
import { growIncidents } from '#src/store/incidents.ts';
import { createTenant } from '#src/store/tenants.ts';
import { expectRefusal, type TestApi, testApi } from '#test/helpers/api.ts';
import { type Receiver, startReceiver } from '#test/helpers/receiver.ts';

let api: TestApi;
let other: string;
let receiver: Receiver;
beforeAll(async () => {
  api = await testApi();
  other = (await createTenant(api.app.sql, 'Hospital Dos', api.app.clock.now())).apiKey;
  receiver = await startReceiver();
});
beforeEach(async () => {
  await api.app.sql`TRUNCATE callbacks, callback_endpoints, incidents`;
  api.app.clock.set('2026-11-23T12:00:00Z');
  api.app.config.callbacks.allowPrivate = true;
  receiver.received = [];
});

const URLS = '/v1/callback-endpoints';
const BODY = { url: 'https://his.example.org/hook', events: ['dose.missed', 'dose.confirmed'] };
const make = async (body: object = { ...BODY, url: receiver.url }) => (await api.call('POST', URLS, body)).json();
const send = async () => {
  const sender = openSender(api.app);
  while (await sender.pass());
  await sender.close();
};
const get = async (url: string) => (await api.call('GET', url)).json();
const asOther = { headers: { authorization: '' } };
beforeAll(() => {
  asOther.headers.authorization = `Bearer ${other}`;
});

describe('endpoints', () => {
  it('are made with a secret that is shown once', async () => {
    const response = await api.call('POST', URLS, BODY);
    expect(response.statusCode).toBe(201);
    const { secret, ...made } = response.json();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made).toEqual({
      id: expect.any(String),
      ...BODY,
      state: 'enabled',
      failingSince: null,
      createdAt: '2026-11-23T12:00:00.000Z',
    });
    expect(response.headers.location).toBe(`${URLS}/${made.id}`);
    expect(await get(`${URLS}/${made.id}`)).toEqual(made);
    expect(await get(URLS)).toEqual({ items: [made], next: null });
  });

  it('are made once for one Idempotency-Key', async () => {
    const key = { headers: { 'idempotency-key': 'endpoint-1' } };
    const first = await api.call('POST', URLS, BODY, key);
    expect((await api.call('POST', URLS, BODY, key)).body).toBe(first.body);
    expect((await get(URLS)).items).toHaveLength(1);
  });

  it('can be changed, disabled, enabled and removed', async () => {
    const { id } = await make(BODY);
    const patch = async (body: object) => (await api.call('PATCH', `${URLS}/${id}`, body)).json();
    expect(await patch({ events: ['escalation.opened'] })).toMatchObject({
      events: ['escalation.opened'],
      url: BODY.url,
    });
    expect(await patch({ url: 'https://new.example.org/' })).toMatchObject({ url: 'https://new.example.org/' });
    expect(await patch({ state: 'disabled' })).toMatchObject({ state: 'disabled', events: ['escalation.opened'] });
    expect((await api.call('POST', `${URLS}/${id}/test`)).statusCode).toBe(409);
    const { tenantId } = api;
    await growIncidents(
      api.app.sql,
      [{ kind: 'callbacks_disabled', subject: id, tenantId, affected: 3 }],
      api.app.clock.now(),
    );
    const incidents = async () => (await get('/v1/incidents?state=open')).items;
    expect(await incidents()).toMatchObject([{ kind: 'callbacks_disabled', affected: 3 }]);
    await api.app.sql`UPDATE callback_endpoints SET failing_since = now()`;
    expect(await patch({ state: 'enabled' })).toMatchObject({ state: 'enabled', failingSince: null });
    expect(await incidents()).toEqual([]);
    expect((await api.call('DELETE', `${URLS}/${id}`)).statusCode).toBe(204);
    expect((await api.call('GET', `${URLS}/${id}`)).statusCode).toBe(404);
    expect((await api.call('DELETE', `${URLS}/${id}`)).statusCode).toBe(404);
  });

  it('are tried with callback.test, whatever they listen to', async () => {
    const { id, secret } = await make();
    const response = await api.call('POST', `${URLS}/${id}/test`);
    expect(response.statusCode).toBe(201);
    const { id: callback, ...view } = response.json();
    expect(view).toMatchObject({ endpoint: id, event: 'callback.test', state: 'pending', tries: 0, status: null });
    await send();
    const [got] = receiver.received;
    expect(receiver.verify(got as never, secret, api.app.clock.now())).toMatchObject({
      type: 'callback.test',
      data: {},
    });
    expect(await get(response.headers.location as string)).toMatchObject({
      id: callback,
      state: 'delivered',
      status: 200,
    });
  });

  it('get a new secret, and both sign', async () => {
    const { id, secret: old } = await make();
    const { secret, oldSecretUntil } = (await api.call('POST', `${URLS}/${id}/rotate-secret`)).json();
    expect(oldSecretUntil).toBe('2026-11-24T12:00:00.000Z');
    await api.call('POST', `${URLS}/${id}/test`);
    await send();
    for (const each of [old, secret]) receiver.verify(receiver.received[0] as never, each, api.app.clock.now());
  });

  it('are twenty at most, however many ask at once', async () => {
    const codes = await Promise.all(
      Array.from({ length: 24 }, async () => (await api.call('POST', URLS, BODY)).statusCode),
    );
    expect(codes.toSorted()).toEqual([...Array(20).fill(201), ...Array(4).fill(409)]);
  });

  const badUrls = ['http://his.example.org', 'https://u:p@x.org', 'https://169.254.169.254', 'nonsense', '', 7, null];
  it.each([
    ...badUrls.map((url) => [{ ...BODY, url }, 'url'] as const),
    [{ url: BODY.url }, 'events'],
    [{ events: BODY.events }, 'url'],
    [{ ...BODY, events: [] }, 'events'],
    [{ ...BODY, events: ['dose.eaten'] }, /events/],
    [{ ...BODY, events: ['callback.test'] }, /events/],
    [{ ...BODY, events: ['dose.missed', 'dose.missed'] }, 'events'],
    [{ ...BODY, secret: 'mine' }, 'secret'],
  ] as const)('refuse %j', (body, field) => expectRefusal(api.app, () => api.call('POST', URLS, body), field));

  it.each(['https://127.0.0.1/', 'https://10.0.0.1/', 'http://localhost/'])(
    'refuse %s on the internet',
    async (url) => {
      api.app.config.callbacks.allowPrivate = false;
      await expectRefusal(api.app, () => api.call('POST', URLS, { ...BODY, url }), 'url');
    },
  );

  it.each([
    [{}, 'body'],
    [{ state: 'gone' }, 'state'],
    [{ url: 'ftp://x.org' }, 'url'],
    [{ events: [] }, 'events'],
    [{ secret: 'x' }, 'secret'],
  ])('refuse the change %j', async (body, field) => {
    const { id } = await make();
    await expectRefusal(api.app, () => api.call('PATCH', `${URLS}/${id}`, body), field);
  });
});

describe('callbacks', () => {
  const failed = async (count: number) => {
    const endpoint = await make();
    for (let i = 0; i < count; i++) {
      await api.call('POST', `${URLS}/${endpoint.id}/test`);
      api.app.clock.advance(60);
    }
    await api.app.sql`UPDATE callbacks SET state = 'failed', next_at = NULL, status = 500, tries = 10`;
    return endpoint.id as string;
  };

  it('are listed by endpoint, state and event, page by page', async () => {
    const first = await failed(5);
    const second = await make();
    await api.call('POST', `${URLS}/${second.id}/test`);
    const ids = async (query: string) =>
      (await get(`/v1/callbacks?${query}`)).items.map(({ id }: { id: string }) => id);
    expect(await ids('')).toHaveLength(6);
    expect(await ids(`endpoint=${first}`)).toHaveLength(5);
    expect(await ids('state=pending')).toHaveLength(1);
    expect(await ids('state=failed&event=callback.test')).toHaveLength(5);
    expect(await ids('event=dose.missed')).toEqual([]);
    const page = await get('/v1/callbacks?limit=4');
    const rest = await get(`/v1/callbacks?limit=4&cursor=${page.next}`);
    expect([page.items.length, rest.items.length, rest.next]).toEqual([4, 2, null]);
    await expectRefusal(api.app, () => api.call('GET', '/v1/callbacks?state=lost'), 'state');
    await expectRefusal(api.app, () => api.call('GET', '/v1/callbacks?endpoint=x'), 'endpoint');
  });

  it('are replayed one by one, delivered ones too, with the same id', async () => {
    await failed(1);
    const [{ id }] = (await get('/v1/callbacks')).items;
    for (let times = 1; times <= 2; times++) {
      const replay = await api.call('POST', `/v1/callbacks/${id}/replay`);
      expect(replay.json()).toMatchObject({ id, state: 'pending', tries: 0 });
      await send();
      expect(await get(`/v1/callbacks/${id}`)).toMatchObject({ state: 'delivered', tries: 1 });
    }
    expect(receiver.received.map((got) => got.id)).toEqual([id, id]);
    await api.call('POST', `/v1/callbacks/${id}/replay`);
    await expectRefusal(api.app, () => api.call('POST', `/v1/callbacks/${id}/replay`), 'id', [409]);
  });

  it('are not replayed to a disabled endpoint', async () => {
    const endpoint = await failed(1);
    await api.call('PATCH', `${URLS}/${endpoint}`, { state: 'disabled' });
    const [{ id }] = (await get('/v1/callbacks')).items;
    await expectRefusal(api.app, () => api.call('POST', `/v1/callbacks/${id}/replay`), 'id', [409]);
    const all = () => api.call('POST', `${URLS}/${endpoint}/replay`, { from: '2026-11-23T12:00:00Z' });
    await expectRefusal(api.app, all, 'id', [409]);
  });

  it('that have failed are replayed by period', async () => {
    const endpoint = await failed(5); // 12:00 to 12:04
    const untouched = await failed(1); // another endpoint's
    const replay = async (body: object) => (await api.call('POST', `${URLS}/${endpoint}/replay`, body)).json();
    expect(await replay({ from: '2026-11-23T07:01:00-05:00', to: '2026-11-23T12:03:00Z' })).toEqual({
      replayed: 2,
      more: false,
    });
    expect(await replay({ from: '0001-01-01T00:00:00Z' })).toEqual({ replayed: 3, more: false });
    expect(await replay({ from: '0001-01-01T00:00:00Z' })).toEqual({ replayed: 0, more: false });
    await send();
    expect(receiver.received).toHaveLength(5);
    expect((await get(`/v1/callbacks?endpoint=${untouched}`)).items).toMatchObject([{ state: 'failed' }]);
  });

  it.each([
    [{}, 'from'],
    [{ from: 'yesterday' }, 'from'],
    [{ from: '2026-11-23T13:00:00Z' }, 'from'], // the future
    [{ from: '2026-11-23T11:00:00Z', to: '2026-11-23T10:00:00Z' }, 'to'],
    [{ from: '2026-11-23T11:00:00Z', since: 1 }, 'since'],
  ])('are not replayed for %j', async (body, field) => {
    const { id } = await make();
    await expectRefusal(api.app, () => api.call('POST', `${URLS}/${id}/replay`, body), field);
  });

  it('go with their endpoint when they wait, and stay on record when they were sent', async () => {
    const { id } = await make();
    await api.call('POST', `${URLS}/${id}/test`);
    await send();
    await api.call('POST', `${URLS}/${id}/test`);
    await api.call('DELETE', `${URLS}/${id}`);
    expect((await get('/v1/callbacks')).items).toMatchObject([{ state: 'delivered', endpoint: id }]);
  });
});

describe('another tenant', () => {
  it('sees and changes nothing of ours', async () => {
    const { id } = await make();
    const callback = (await api.call('POST', `${URLS}/${id}/test`)).json().id;
    const from = '2026-11-23T11:00:00Z';
    const calls: [string, string, object?][] = [
      ['GET', `${URLS}/${id}`],
      ['PATCH', `${URLS}/${id}`, { state: 'disabled' }],
      ['DELETE', `${URLS}/${id}`],
      ['POST', `${URLS}/${id}/rotate-secret`],
      ['POST', `${URLS}/${id}/test`],
      ['POST', `${URLS}/${id}/replay`, { from }],
      ['GET', `/v1/callbacks/${callback}`],
      ['POST', `/v1/callbacks/${callback}/replay`],
    ];
    const before = await api.app.sql`SELECT * FROM callback_endpoints`;
    for (const [method, url, body] of calls) {
      expect((await api.call(method, url, body, asOther)).statusCode, `${method} ${url}`).toBe(404);
    }
    expect((await api.call('GET', URLS, undefined, asOther)).json().items).toEqual([]);
    expect((await api.call('GET', '/v1/callbacks', undefined, asOther)).json().items).toEqual([]);
    expect(await api.app.sql`SELECT * FROM callback_endpoints`).toEqual(before);
  });
});

it('OpenAPI lists every event as a webhook', async () => {
  const { webhooks } = (await api.server.inject('/openapi.json')).json();
  expect(Object.keys(webhooks)).toEqual(CALLBACK_EVENT_NAMES);
  const schema = webhooks['dose.missed'].post.requestBody.content['application/json'].schema;
  expect(Object.keys(schema.properties.data.properties)).toEqual(
    expect.arrayContaining(['dose', 'patient', 'prescription', 'dueAt']),
  );
});

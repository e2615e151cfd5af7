import { beforeEach, describe, expect, it } from 'vitest';
import { testApi } from '#test/helpers/api.ts';

const api = await testApi();
const PATH = '/v1/conversation';
const WORDS = {
  clinic: 'MedTrack Lima',
  phone: '+51 1 700 9000',
  texts: {
    es: {
      'reminder.sms': 'MedTrack: su medicina de las {{ time }}. {{ link }}',
      'answer.help': '{{ clinic }} {{ phone }}',
    },
  },
  detail: { medication: ['email'], names: true },
  phrases: { taken: ['al toque nomas'] },
  quietHours: { PE: { from: '22:00', to: '06:00' } },
};

beforeEach(() => api.call('PUT', PATH, {}));

describe('own words', () => {
  it('are replaced as a whole and shown again', async () => {
    expect((await api.call('GET', PATH)).json()).toEqual({});
    const put = await api.call('PUT', PATH, WORDS);
    expect(put.statusCode).toBe(200);
    expect((await api.call('GET', PATH)).json()).toEqual(WORDS);
    await api.call('PUT', PATH, { clinic: 'Otra' });
    expect((await api.call('GET', PATH)).json()).toEqual({ clinic: 'Otra' });
  });

  it.each([
    ['an unknown text', { texts: { es: { nope: 'x' } } }, 'texts.es.nope', /no text of ours/],
    [
      'a reminder without its link',
      { texts: { pt: { 'reminder.sms': 'Oi {{ time }}' } } },
      'texts.pt.reminder.sms',
      /link/,
    ],
    ['a language we have no texts in', { texts: { fr: {} } }, 'texts.fr', /not a known field/],
    ['a phrase that means something else', { phrases: { taken: ['stop'] } }, 'phrases.taken[0]', /opt_out already/],
    ['a negation as taken', { phrases: { taken: ['no la tomé'] } }, 'phrases.taken[0]', /already/],
    ['an unknown intent', { phrases: { eaten: ['x'] } }, 'phrases.eaten', /is no intent: use taken/],
    ['no country', { quietHours: { Peru: { from: '22:00', to: '06:00' } } }, 'quietHours.Peru', /ISO 3166/],
    ['no hours', { quietHours: { PE: { from: '22:00', to: '22:00' } } }, 'quietHours.PE.to', /same as from/],
    ['an unknown channel', { detail: { medication: ['fax'] } }, 'detail.medication[0]', /one of push/],
    ['a number that is none', { phone: 'call us' }, 'phone', /digits/],
  ])('are refused with %s, and nothing changes', async (_, body, field, detail) => {
    await api.call('PUT', PATH, { clinic: 'A' });
    const refused = await api.call('PUT', PATH, body);
    expect(refused.statusCode).toBe(422);
    expect(refused.json().errors[0]).toEqual({ field, detail: expect.stringMatching(detail) });
    expect((await api.call('GET', PATH)).json()).toEqual({ clinic: 'A' });
  });
});

describe('a preview', () => {
  it('shows a text as it would leave, and stores nothing', async () => {
    const text = 'Ya la tomó, {{ time }} {{ link }}';
    const shown = await api.call('POST', `${PATH}/preview`, { language: 'es', key: 'reminder.sms', text });
    expect(shown.json()).toMatchObject({ encoding: 'GSM-7', segments: 1, problem: null });
    expect(shown.json().text).toContain('Ya la tomo, 23:59');
    expect((await api.call('GET', PATH)).json()).toEqual({});
  });

  it('of a shipped text needs no text, and tells why one would be refused', async () => {
    const shipped = await api.call('POST', `${PATH}/preview`, { language: 'pt', key: 'answer.taken' });
    expect(shipped.json()).toMatchObject({ segments: 1, problem: null });
    const refused = await api.call('POST', `${PATH}/preview`, { language: 'pt', key: 'reminder.sms', text: 'x' });
    expect(refused.json()).toMatchObject({ text: 'x', problem: expect.stringMatching(/link/) });
  });

  it.each([
    [{ language: 'es', key: 'nope' }, 'key'],
    [{ language: 'es', key: 'reminder.sms', text: '{{ time' }, 'text'],
    [{ language: 'fr', key: 'reminder.sms' }, 'language'],
  ])('of %j is refused', async (body, field) => {
    const refused = await api.call('POST', `${PATH}/preview`, body);
    expect(refused.statusCode).toBe(422);
    expect(refused.json().errors[0].field).toBe(field);
  });
});

it('lists every text with its cost, and which are the own', async () => {
  await api.call('PUT', PATH, WORDS);
  const { items } = (await api.call('GET', `${PATH}/texts`)).json();
  expect(
    items.find((item: { key: string; language: string }) => item.key === 'reminder.sms' && item.language === 'es'),
  ).toEqual({
    language: 'es',
    key: 'reminder.sms',
    text: WORDS.texts.es['reminder.sms'],
    own: true,
    variables: ['time', 'link', 'medication', 'clinic', 'phone'],
    segments: 1,
    mostSegments: 2,
  });
});

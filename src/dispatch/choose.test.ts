import { describe, expect, it } from 'vitest';
import type { Channel } from '#channels/channel.ts';
import { chooseSender } from './choose.ts';

const [a, b, c] = ['a', 'b', 'c'].map((sender) => ({ name: 'sms', provider: 'p', sender }) as Channel) as [
  Channel,
  Channel,
  Channel,
];

type Given = Record<string, { weight: number; most?: number }>;
const appWith = (given: Given) => {
  const asked: string[] = [];
  const of = async ({ sender }: Channel) => {
    asked.push(sender);
    return given[sender] ?? { weight: 0 };
  };
  return { asked, health: { of, report: async () => {} } };
};

describe('choosing a sender', () => {
  it.each([
    { random: 0, chosen: a },
    { random: 0.299, chosen: a },
    { random: 0.301, chosen: b },
    { random: 0.399, chosen: b },
    { random: 0.401, chosen: c },
    { random: 0.999_999_999, chosen: c },
  ])('goes by weight: at $random it is $chosen.sender', async ({ random, chosen }) => {
    const app = appWith({ a: { weight: 3 }, b: { weight: 1 }, c: { weight: 6 } });
    expect(await chooseSender(app, [a, b, c], new Set(), () => random)).toEqual({ sender: chosen });
  });

  it.each([0, 0.5, 0.999_999_999])('never takes one that is down (at %d)', async (random) => {
    const app = appWith({ a: { weight: 0 }, b: { weight: 0.01 }, c: { weight: 0 } });
    expect(await chooseSender(app, [a, b, c], new Set(), () => random)).toEqual({ sender: b });
  });

  it('takes a probe first, and only one', async () => {
    const app = appWith({ a: { weight: 5 }, b: { weight: 1, most: 5 }, c: { weight: 1, most: 5 } });
    expect(await chooseSender(app, [a, b, c], new Set(), () => 0)).toEqual({ sender: b, most: 5 });
    expect(app.asked).toEqual(['a', 'b']); // asking c too would take its probe, and nobody would send it
  });

  it('leaves out the excluded ones without asking them', async () => {
    const app = appWith({ a: { weight: 5 }, b: { weight: 1, most: 5 }, c: { weight: 1 } });
    expect(await chooseSender(app, [a, b, c], new Set([a, b]), () => 0)).toEqual({ sender: c });
    expect(app.asked).toEqual(['c']);
  });

  it.each([
    { what: 'all are down', senders: [a, b], excluded: [] },
    { what: 'the well one is excluded', senders: [a, c], excluded: [c] },
    { what: 'there is none', senders: [], excluded: [] },
  ])('answers null when $what', async ({ senders, excluded }) => {
    const app = appWith({ a: { weight: 0 }, b: { weight: 0 }, c: { weight: 1 } });
    expect(await chooseSender(app, senders, new Set(excluded), () => 0.5)).toBeNull();
  });
});

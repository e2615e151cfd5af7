import { expect, it } from 'vitest';
import { lastLook } from '#src/store/silence.ts';
import { testApp } from '#test/helpers/app.ts';
import { startSilence } from './silence.ts';

it('looks as soon as it starts, beside another one, and stops at once', async () => {
  const app = await testApp();
  const loops = [startSilence(app), startSilence(app)];
  await expect.poll(() => lastLook(app.sql)).toEqual(app.clock.now());
  await Promise.all(loops.map((loop) => loop.stop()));
  expect((await app.metrics.loopErrors.get()).values).toEqual([]);
});

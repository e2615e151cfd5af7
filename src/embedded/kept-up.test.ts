import { expect, test } from 'vitest';
import type { Running } from './child.ts';
import { keptUp } from './kept-up.ts';

/** A part whose lives end when they are told to. */
function mortal() {
  const lives: { die: (why: string) => void; isStopped: boolean }[] = [];
  const start = async (): Promise<Running> => {
    const { promise: exited, resolve: die } = Promise.withResolvers<string>();
    const life = { die, isStopped: false };
    lives.push(life);
    return {
      exited,
      async stop() {
        life.isStopped = true;
        die('stopped');
      },
    };
  };
  return { lives, start };
}

/** All that is ready to happen happens. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a part that dies is started again and told of, until it is stopped', async () => {
  const { lives, start } = mortal();
  const said: string[] = [];
  const part = await keptUp('worker', start, (line) => said.push(line));
  lives[0]?.die('worker ended by SIGKILL; the end of its log:\n  …');
  await settle();
  expect(lives).toHaveLength(2);
  expect(said).toEqual(['worker ended by SIGKILL: started again']);
  await part.stop();
  expect(lives.map(({ isStopped }) => isStopped)).toEqual([false, true]);
  expect(await part.exited).toBe('stopped');
  expect(lives).toHaveLength(2);
});

test('one that dies again and again is given up, with its last reason', async () => {
  const { lives, start } = mortal();
  const part = await keptUp('worker', start, () => {});
  for (let n = 1; n <= 6; n++) {
    lives.at(-1)?.die(`death ${n}`);
    await settle();
  }
  expect(await part.exited).toBe('death 6');
  expect(lives).toHaveLength(6);
});

test('one that cannot be started again says so', async () => {
  const { lives, start } = mortal();
  let isBroken = false;
  const part = await keptUp(
    'api',
    async () => (isBroken ? Promise.reject(new Error('port 8080 is taken')) : start()),
    () => {},
  );
  isBroken = true;
  lives[0]?.die('api ended by SIGKILL');
  expect(await part.exited).toBe('api could not be started again: port 8080 is taken');
});

test('a stop while it is being started again stops that one too', async () => {
  const { lives, start } = mortal();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let isFirst = true;
  const slow = async () => {
    if (!isFirst) await gate;
    isFirst = false;
    return start();
  };
  const part = await keptUp('worker', slow, () => {});
  lives[0]?.die('worker ended by SIGKILL');
  await settle();
  const stopped = part.stop();
  open();
  await stopped;
  expect(lives.at(-1)?.isStopped).toBe(true);
});

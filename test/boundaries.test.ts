import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cycles, importsOf, type Layer, violations } from './helpers/imports.ts';

const PURE = ['luxon', 'rrule'];

/** Who may import whom. A layer may always import itself; the lower ones come first. */
const LAYERS: Record<string, Layer> = {
  domain: { folder: 'src/domain', layers: [], packages: [] },
  regimen: { folder: 'src/regimen', layers: ['domain'], packages: PURE },
  escalation: { folder: 'src/escalation', layers: ['domain'], packages: PURE },
  capacity: { folder: 'src/capacity', layers: ['domain'], packages: [] },
  channels: { folder: 'channels', layers: ['domain'] },
  store: { folder: 'src/store', layers: ['domain'] },
  redis: { folder: 'src/redis', layers: [] },
  app: { folder: 'src', layers: ['domain', 'store'] },
  reports: { folder: 'src/reports', layers: ['domain', 'store'] },
  texts: { folder: 'src/texts', layers: ['domain', 'channels', 'store', 'app'] },
  ack: { folder: 'src/ack', layers: ['domain', 'store', 'app', 'texts'] },
  callbacks: { folder: 'src/callbacks', layers: ['domain', 'store', 'app'] },
  dispatch: {
    folder: 'src/dispatch',
    layers: ['domain', 'regimen', 'escalation', 'capacity', 'channels', 'store', 'redis', 'app', 'texts', 'ack'],
  },
  intake: { folder: 'src/intake', layers: ['domain', 'regimen', 'store', 'app', 'dispatch'] },
  http: {
    folder: 'src/http',
    layers: [
      'domain',
      'regimen',
      'channels',
      'store',
      'app',
      'reports',
      'texts',
      'ack',
      'callbacks',
      'dispatch',
      'intake',
    ],
  },
  schedulers: {
    folder: 'schedulers',
    layers: ['domain', 'regimen', 'capacity', 'store', 'redis', 'app', 'reports', 'callbacks', 'dispatch'],
  },
  dashboards: { folder: 'dashboards', layers: ['domain', 'store', 'app', 'reports', 'dispatch', 'intake', 'http'] },
  embedded: { folder: 'src/embedded', layers: [] },
  loadtests: {
    folder: 'loadtests',
    layers: [
      'domain',
      'regimen',
      'channels',
      'store',
      'redis',
      'app',
      'ack',
      'dispatch',
      'intake',
      'schedulers',
      'embedded',
    ],
  },
  bin: {
    folder: 'src/bin',
    layers: [
      'domain',
      'regimen',
      'capacity',
      'store',
      'app',
      'texts',
      'ack',
      'reports',
      'dispatch',
      'intake',
      'http',
      'schedulers',
      'dashboards',
      'embedded',
      'loadtests',
    ],
  },
};

/** SQL is spoken in one layer only. */
const HOMES: Record<string, string[]> = { postgres: ['src/store'] };

const ROOT = new URL('..', import.meta.url);
/** A folder's `testing.ts` serves its tests only. */
const paths = globSync('{src,channels,schedulers,dashboards,loadtests}/**/*.{ts,mjs}', { cwd: ROOT }).filter(
  (path) => !/(\.test|\/testing)\.ts$/.test(path),
);
const files = new Map(paths.map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
const imports = importsOf(files);

describe('the import rule', () => {
  it('is held by every file', () => {
    expect(files.size).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
    expect(violations(imports, LAYERS)).toEqual([]);
  });

  it('has no circle among files, nor in its own table', () => {
    expect(cycles(imports.filter(({ typeOnly }) => !typeOnly))).toEqual([]);
    const edges = Object.entries(LAYERS).flatMap(([from, { layers }]) => layers.map((to) => ({ from, to })));
    expect(cycles(edges)).toEqual([]);
  });

  it.each(Object.entries(HOMES))('keeps the package %s at home', (name, homes) => {
    const users = imports.filter(({ to }) => to === name).map(({ from }) => from);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((user) => !homes.some((home) => user.startsWith(`${home}/`)))).toEqual([]);
  });
});

describe('the checker itself', () => {
  const check = (file: string, text: string) => violations(importsOf(new Map([[file, text]])), LAYERS);

  it.each([
    ['src/domain/dose.ts', "import { openPool } from '../store/pool.ts';"],
    ['src/domain/dose.ts', "import { readFileSync } from 'node:fs';"],
    ['src/domain/dose.ts', "import { DateTime } from 'luxon';"],
    ['src/regimen/expand.ts', "import type { Sql } from '#src/store/pool.ts';"],
    ['src/store/doses.ts', "export { expand } from '../regimen/expand.ts';"],
    ['src/store/doses.ts', "import '../app.ts';"],
    ['src/store/doses.ts', "const app = await import('../app.ts');"],
    ['src/store/doses.ts', "import {\n  type App,\n  openApp,\n} from '../app.ts';"],
    ['src/redis/keys.ts', "import { isId } from '../domain/ids.ts';"],
    ['channels/sms-twilio/index.ts', "import type { App } from '#src/app.ts';"],
    ['src/ack/record.ts', "import { settle } from '../dispatch/settle.ts';"],
    ['src/dispatch/settle.ts', "import { Refused } from '#src/http/errors.ts';"],
    ['schedulers/ladder.ts', "import { startEverything } from '#src/bin/start.ts';"],
    ['src/http/server.ts', "import { testApp } from '#test/helpers/app.ts';"],
    ['src/somewhere/new.ts', "import { isId } from '../domain/ids.ts';"],
  ])('sees what is wrong in %s: %s', (file, text) => {
    expect(check(file, text)).toHaveLength(1);
  });

  it.each([
    ['src/store/doses.ts', "import { isId } from '../domain/ids.ts';\nimport postgres from 'postgres';"],
    ['src/dispatch/settle.ts', "import type { Channel } from '#channels/channel.ts';"],
    ['src/app.ts', "import { openPool } from './store/pool.ts';\nimport { readConfig } from './config.ts';"],
    ['src/domain/dose.ts', "// import { x } is not one: 'from nowhere'"],
  ])('lets pass what is right in %s', (file, text) => {
    expect(check(file, text)).toEqual([]);
  });

  it('tells imports that are gone at run time from those that stay', () => {
    const text =
      "import type { A } from './a.ts';\nimport { type B, b } from './b.ts';\nexport type { C } from './c.ts';";
    const found = importsOf(new Map([['src/x.ts', text]])).map(({ to, typeOnly }) => [to, typeOnly]);
    expect(found).toEqual([
      ['src/a.ts', true],
      ['src/b.ts', false],
      ['src/c.ts', true],
    ]);
  });

  it('finds circles of any length, and none where there is none', () => {
    const edges = (text: string) => text.split(' ').map((edge) => ({ from: edge[0] as string, to: edge[1] as string }));
    expect(cycles(edges('ab bc ca'))).toEqual(['a → b → c → a']);
    expect(cycles(edges('aa'))).toEqual(['a → a']);
    expect(cycles(edges('ab ac bd cd de'))).toEqual([]);
    expect(cycles(edges('xa ab bc cb'))).toEqual(['b → c → b']);
  });
});

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { STORY_SCHEDULE } from '#src/bin/settings.ts';
import { readConfig } from '#src/config.ts';
import { type AttemptState, attemptStatesBefore } from '#src/domain/attempt.ts';
import { DOSE_STATES, type DoseState, statesBefore } from '#src/domain/dose.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PAGES = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })].sort();

describe.each(PAGES)('%s', (page) => {
  const text = read(page).replace(/^```http\n[\s\S]*?^```/gm, '');
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');

  test('leads only to what exists', () => {
    for (const { label, path, fragment } of linksOf(prose)) {
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(ROOT, target)), `${label} leads to ${target}`).toBe(true);
      if (fragment !== undefined) expect(headingsOf(read(target)), `${target}#${fragment}`).toContain(fragment);
      const name = /^`(\w+)(\(\))?`$/.exec(label)?.[1];
      if (name !== undefined) expect(read(target), `${label} in ${target}`).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  test('names only files that exist', () => {
    const paths = text.matchAll(/(?<![\w./-])(?:src|channels|schedulers|dashboards|loadtests|test|docs)\/[\w./-]*\w/g);
    for (const [path] of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  test('names only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([name]);
  });
});

/** Relative links and images, in Markdown and in HTML. */
function linksOf(text: string): { label: string; path: string; fragment: string | undefined }[] {
  const markdown = [...text.matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, label = '', to = '']) => ({ label, to }));
  const html = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([label, to = '']) => ({ label, to }));
  return [...markdown, ...html]
    .filter(({ to }) => !/^(https?|mailto):/.test(to))
    .map(({ label, to }) => {
      const [path = '', fragment] = to.split('#');
      return { label, path, fragment };
    });
}

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Variables that are not ours to explain. */
const OF_THE_SYSTEM = new Set(['PATH', 'NODE_OPTIONS']);

describe('docs/settings.md', () => {
  const rows = [...read('docs/settings.md').matchAll(/^\| `([A-Z_]+)` \|(.*)\|$/gm)].map(([, name = '', rest = '']) => {
    const cells = rest.split(' | ').map((cell) => cell.trim());
    return { name, cells, fallback: cells[1] ?? '', example: cells[3]?.replaceAll('`', '') ?? '' };
  });
  const settings = rows.filter(({ cells }) => cells.length === 4);
  const named = new Set(settings.map(({ name }) => name));
  const asked = new Set<string>();
  const recorder = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });
  expect(() => readConfig(recorder)).toThrow();

  const examples: Record<string, string> = {
    ...Object.fromEntries(settings.filter(({ name }) => asked.has(name)).map(({ name, example }) => [name, example])),
    FCM_SERVICE_ACCOUNT: '{"project_id":"p","client_email":"c","private_key":"k"}',
    FCM_CA_FILE: import.meta.filename,
    WEBPUSH_CA_FILE: import.meta.filename,
  };
  const without = (name: string) => Object.fromEntries(Object.entries(examples).filter(([key]) => key !== name));

  test('has every setting the services read, and every one that is read elsewhere', () => {
    expect([...asked].filter((name) => !named.has(name))).toEqual([]);
    for (const file of sources()) {
      const words = [...read(file).matchAll(/process\.env(?:\.|\[')([A-Z_]+)/g)].map(([, name = '']) => name);
      expect(
        [...words].filter((name) => !OF_THE_SYSTEM.has(name) && !named.has(name)),
        file,
      ).toEqual([]);
    }
  });

  test('has no setting that nothing reads', () => {
    const code = [...sources(), ...globSync('test/helpers/*.ts', { cwd: ROOT })].map(read).join('\n');
    for (const name of named) expect(code).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('gives examples that are accepted', () => {
    expect(() => readConfig(examples)).not.toThrow();
  });

  test.each(settings.filter(({ name }) => asked.has(name)))('$name is $fallback unless set', ({ name, fallback }) => {
    const unset = () => readConfig(without(name));
    if (fallback === 'required') expect(unset).toThrow(`${name} is not set`);
    else if (fallback !== 'none') expect(unset()).toEqual(readConfig({ ...examples, [name]: fallback.slice(1, -1) }));
    else expect(unset).not.toThrow();
  });

  test('tells what the story sets', () => {
    const story = rows
      .filter(({ cells }) => cells.length === 1)
      .map(({ name, cells }) => [name, cells[0]?.slice(1, -1)]);
    expect(Object.fromEntries(story)).toEqual(STORY_SCHEDULE);
  });
});

/** The code that runs outside the tests. */
function sources(): string[] {
  return globSync('{src,channels,schedulers,dashboards,loadtests}/**/*.{ts,mjs}', { cwd: ROOT }).filter(
    (file) => !file.endsWith('.test.ts'),
  );
}

describe('docs/state-machine.md', () => {
  const text = read('docs/state-machine.md');
  const migration = read('src/store/migrations/0001_init.sql');

  /** The arrows under a heading, `[*]` left out. */
  const arrowsOf = (heading: string): string[] => {
    const diagram = text.split(`## ${heading}\n`)[1]?.match(/```mermaid\n([\s\S]*?)```/)?.[1] ?? '';
    return [...diagram.matchAll(/^ *(\w+ --> \w+)$/gm)].map(([, arrow = '']) => arrow).sort();
  };
  const statesOf = (heading: string) => [...new Set(arrowsOf(heading).flatMap((arrow) => arrow.split(' --> ')))].sort();
  const allowed = <State extends string>(states: State[], before: (next: State) => State[]) =>
    states.flatMap((next) => before(next).map((state) => `${state} --> ${next}`)).sort();

  test('draws exactly the transitions of a dose', () => {
    expect(arrowsOf('Dose')).toEqual(allowed<DoseState>(DOSE_STATES, statesBefore));
  });

  test('draws exactly the transitions of an attempt', () => {
    expect(arrowsOf('Attempt')).toEqual(allowed(statesOf('Attempt') as AttemptState[], attemptStatesBefore));
  });

  test.each([
    ['Dose', 'doses'],
    ['Attempt', 'attempts'],
    ['Chunk', 'chunks'],
    ['Escalation', 'escalations'],
  ])('%s: draws the states that the table %s allows', (heading, table) => {
    const check = new RegExp(`CREATE TABLE ${table} [\\s\\S]*?CHECK \\(state IN \\(([^)]*)\\)\\)`).exec(migration)?.[1];
    expect(statesOf(heading)).toEqual([...(check ?? '').matchAll(/\w+/g)].map(([state]) => state).sort());
  });

  test('quotes the checks as they are, all of them', () => {
    const quoted = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = '']) => checksIn(block));
    const tables = ['doses', 'attempts', 'chunks', 'escalations'].map((name) => createTable(name, migration));
    expect(quoted.sort()).toEqual(tables.flatMap(checksIn).sort());
  });
});

/** The table constraints of a text, one a line: those of a single column stand behind its type. */
function checksIn(text: string): string[] {
  return [...text.matchAll(/^ *(CHECK \((?!state IN).*\)),?$/gm)].map(([, check = '']) => check);
}

function createTable(name: string, sql: string): string {
  return new RegExp(`CREATE TABLE ${name} \\([\\s\\S]*?\\n\\)`).exec(sql)?.[0] ?? '';
}

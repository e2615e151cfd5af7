import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(args: string[], input = ''): Promise<Ended> {
  const env = { ...process.env, DATABASE_URL: '' };
  const child = spawn(process.execPath, [CLI, ...args], { env });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    ended.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    ended.stderr += text;
  });
  child.stdin.end(input);
  return new Promise((done) => child.on('close', (code) => done({ ...ended, code })));
}

const line = (part: object) =>
  JSON.stringify({ rrule: 'FREQ=DAILY', dtstart: '2026-11-22T08:00:00', tz: 'America/Lima', limit: 1, ...part });

describe('dosebell expand', () => {
  test('answers every line in its place, also the last without an end of line', async () => {
    const input = [line({ id: 1 }), 'no json', '', line({ id: 'ñ' }), line({ id: 3, tz: 'Nowhere' })].join('\r\n');
    const { code, stdout, stderr } = await run(['expand'], input);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(answers).toEqual([
      { id: 1, occurrences: ['2026-11-22T13:00:00Z'] },
      { id: null, error: { code: 'bad_json', detail: expect.any(String) } },
      { id: 'ñ', occurrences: ['2026-11-22T13:00:00Z'] },
      { id: 3, error: { code: 'unknown_zone', detail: expect.any(String) } },
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('a line without an end is an error line, and the next is read', async () => {
    const { stdout } = await run(['expand'], `{"id":"${'x'.repeat(2_000_000)}"}\n${line({ id: 2 })}\n`);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(answers.map((answer) => answer.id)).toEqual([null, 2]);
    expect(answers[0].error.code).toBe('line_too_long');
  });

  test('gives an answer before the input ends', async () => {
    const child = spawn(process.execPath, [CLI, 'expand'], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(`${line({ id: 1 })}\n`);
    const [text] = await Promise.race([new Promise<Buffer[]>((done) => child.stdout.once('data', (b) => done([b])))]);
    expect(JSON.parse(String(text)).id).toBe(1);
    child.stdin.end();
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
  });

  test('ends in peace when its reader has enough', async () => {
    const child = spawn(process.execPath, [CLI, 'expand'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // it may stop reading before all is written
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end(`${line({ limit: 1000 })}\n`.repeat(2000));
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect(stderr).toBe('');
  });
});

describe('dosebell preview', () => {
  const START = ['--start', '2027-03-26T02:30:00', '--zone', 'Europe/Madrid'];

  test('shows words, local times and UTC, and warnings', async () => {
    const { code, stdout } = await run([
      ...['preview', '--rrule', 'FREQ=DAILY', '--rrule', 'FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9', ...START],
      ...['--days', '4', '--locale', 'en-GB', '--quiet', '22:00-07:00'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(`every day at 02:30; also, on the 31st of each month at 09:30; from 26 March 2027

4 doses in 4 days:
  Europe/Madrid (local time)     UTC
  Friday    2027-03-26 02:30:00  2027-03-26T01:30:00Z
  Saturday  2027-03-27 02:30:00  2027-03-27T01:30:00Z
  Sunday    2027-03-28 03:30:00  2027-03-28T01:30:00Z
  Monday    2027-03-29 02:30:00  2027-03-29T00:30:00Z

! there are doses in the quiet hours (22:00–07:00): 02:30; no reminder is sent in those hours
! months without day 31 have no such dose: monthEnd "last_day" gives it on the last day of the month
`);
  });

  test('reads the body of a prescription from a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'preview-')), 'prescription.json');
    const regimen = { start: '2027-01-31T08:00:00', rrules: ['FREQ=MONTHLY'], monthEnd: 'last_day' };
    writeFileSync(file, JSON.stringify({ patient: 'p1', medication: 'x', regimen }));
    const { stdout } = await run(['preview', '--file', file, '--zone', 'America/Lima', '--days', '59']);
    expect(stdout).toContain('el día 31 de cada mes a las 08:00, en los meses más cortos, el último día');
    expect(stdout).toContain('domingo   2027-02-28 08:00:00  2027-02-28T13:00:00Z');
  });

  test.each([
    [['--quiet', '22-7'], '--quiet'],
    [['--days', '0'], '--days'],
    [['--locale', 'fr'], '--locale'],
    [['--mode', 'exact'], '--mode'],
    [['--month-end', 'last'], '--month-end'],
    [['--file', '/nonexistent.json'], '/nonexistent.json'],
  ])('%j is not understood', async (options, word) => {
    const ended = await run(['preview', '--rrule', 'FREQ=DAILY', ...START, ...options]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(word);
  });
});

describe('the commands', () => {
  test('--help lists each, and tells of each', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'expand',
      'preview',
      'migrate',
      'tenant create',
      'tenant set',
      'reconcile',
      'dlq',
      'forecast',
    ]) {
      expect(stdout).toContain(`dosebell ${name} `);
      const told = await run([...name.split(' '), '--help']);
      expect(told.code).toBe(0);
      expect(told.stdout).toMatch(new RegExp(`^dosebell ${name}`));
    }
  });

  test.each([
    [[], 2, ''],
    [['nothing'], 2, 'unknown command "nothing"'],
    [['expand', '--fast'], 2, '--fast'],
    [['migrate'], 2, 'DATABASE_URL'],
    [['tenant', 'create'], 2, 'NAME'],
    [['preview'], 2, '--rrule'],
    [['preview', '--rrule', 'FREQ=DAILY', '--start', '2026-11-23T08:00:00', '--zone', 'Lima'], 1, 'zone'],
  ])('%j ends with %i', async (args, code, words) => {
    const ended = await run(args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(words);
  });
});

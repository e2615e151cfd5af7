import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

async function run(lines: string, ...args: string[]) {
  const child = spawn(process.execPath, [CLI, 'understand', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(lines);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { out, err, code };
}

const ndjson = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

test('answers every line in its order, broken ones too', async () => {
  const input = `${ndjson({ id: 'a', text: 'no la tomé, se me olvidó', locale: 'es-PE' }, { id: 7, text: 'took it' })}
{broken
[]
${ndjson({ id: 'b' }, { id: 'c', text: 'ok', locale: 3 }, { text: 'ok' })}${ndjson({ id: 'long', text: 'x'.repeat(100_001) })}`;
  const { out, code } = await run(input);
  expect(code).toBe(0);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { id: 'a', intent: 'not_taken', reason: 'forgot', confidence: 'sure' },
    { id: 7, intent: 'taken', confidence: 'sure' },
    { id: null, error: { code: 'bad_json', detail: expect.any(String) } },
    { id: null, error: { code: 'bad_json', detail: 'not a JSON object' } },
    { id: 'b', error: { code: 'bad_field', detail: 'text must be a string' } },
    { id: 'c', error: { code: 'bad_field', detail: expect.stringContaining('locale') } },
    { id: null, intent: 'other', confidence: 'unsure' },
    { id: null, error: { code: 'line_too_long', detail: expect.any(String) } },
  ]);
});

test('--matrix counts what was expected against what was read', async () => {
  const { out, code } = await run(
    ndjson(
      { id: 1, text: 'ya la tomé', expected: 'taken' },
      { id: 2, text: 'yes', expected: 'later' },
      { id: 3, text: 'no', expected: 'nonsense' },
    ),
    '--matrix',
  );
  expect(code).toBe(0);
  const rows = out.split('\n').map((line) => line.split(/\s{2,}/));
  expect(rows[0]?.slice(-2)).toEqual(['precision', 'recall']);
  expect(rows.find(([name]) => name === 'taken')?.slice(-2)).toEqual(['0.500', '1.000']);
  expect(rows.find(([name]) => name === 'later')?.slice(-2)).toEqual(['-', '0.000']);
  expect(out).toContain('1 of 2 read as expected; 1 lines skipped');
});

test('an unknown option is the caller’s to mend', async () => {
  expect(await run('', '--matrx')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--matrx') });
});

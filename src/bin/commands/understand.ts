import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { type Understanding, understand } from '../../ack/understand/understand.ts';
import type { Command } from './command.ts';
import { type Line, linesOf } from './lines.ts';
import { Matrix } from './understand-matrix.ts';

const MOST_OF_A_LINE = 100_000;

export const understandCommand: Command = {
  summary: "read patients' replies: NDJSON on stdin, what each says on stdout",
  help: `dosebell understand [--matrix] < replies.ndjson
One JSON object a line in, one a line out, in the same order. Needs no database. Empty lines are passed over.

in   {"id":"a","text":"no la tomé, se me olvidó","locale":"es"}
out  {"id":"a","intent":"not_taken","reason":"forgot","confidence":"sure"}
or   {"id":null,"error":{"code":"bad_json","detail":"…"}}

  id          a string or a number, given back; null when there is none or it cannot be read
  text        what the patient wrote
  locale      es, en or pt, with or without a region; without it all three are tried
  intent      taken, later, not_taken, problem, urgent, wrong_person, opt_out, opt_in, help, other
  reason      why it was not taken, or what the problem is; only when it says so
  confidence  sure or unsure; unsure never becomes a clinical fact by itself

  --matrix    lines also carry "expected", an intent: print the confusion matrix, precision and recall instead

Error codes: bad_json, bad_field, line_too_long (${MOST_OF_A_LINE} characters).

Exit code: 0 when every line was answered, errors included; 1 when input or output broke.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { matrix: { type: 'boolean', default: false } } });
    process.stdin.setEncoding('utf8');
    const lines = linesOf(process.stdin, MOST_OF_A_LINE);
    try {
      await pipeline(Readable.from(values.matrix ? matrixOf(lines) : answers(lines)), process.stdout, { end: false });
    } catch (error) {
      // Whoever reads has enough (`| head`): that is their right.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    }
    return 0;
  },
};

type Answer = Pick<Understanding, 'intent' | 'reason' | 'confidence'>;
type Id = string | number | null;
type Outcome = { id: Id; answer: Answer; expected: unknown } | { id: Id; error: { code: string; detail: string } };

async function* answers(batches: AsyncIterable<Line[]>): AsyncGenerator<string> {
  for await (const batch of batches) {
    const written = outcomesOf(batch).map((o) => JSON.stringify('error' in o ? o : { id: o.id, ...o.answer }));
    if (written.length > 0) yield `${written.join('\n')}\n`;
  }
}

async function* matrixOf(batches: AsyncIterable<Line[]>): AsyncGenerator<string> {
  const matrix = new Matrix();
  for await (const batch of batches) {
    for (const outcome of outcomesOf(batch)) {
      if ('error' in outcome || !matrix.count(outcome.expected, outcome.answer.intent)) matrix.skipped++;
    }
  }
  yield matrix.text();
}

const outcomesOf = (batch: Line[]) => batch.filter((line) => line === null || line.trim() !== '').map(outcomeOf);

function outcomeOf(line: Line): Outcome {
  if (line === null) return failed(null, 'line_too_long', `the line is longer than ${MOST_OF_A_LINE} characters`);
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    return failed(null, 'bad_json', (error as Error).message);
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return failed(null, 'bad_json', 'not a JSON object');
  const { id: given, text, locale, expected } = row as Record<string, unknown>;
  const id = typeof given === 'string' || typeof given === 'number' ? given : null;
  if (typeof text !== 'string') return failed(id, 'bad_field', 'text must be a string');
  if (locale !== undefined && locale !== null && typeof locale !== 'string') {
    return failed(id, 'bad_field', 'locale must be a string such as "es" or "pt-BR"');
  }
  const { intent, reason, confidence } = understand(text, locale ? { locale } : {});
  return { id, answer: { intent, ...(reason ? { reason } : {}), confidence }, expected };
}

const failed = (id: Id, code: string, detail: string): Outcome => ({ id, error: { code, detail } });

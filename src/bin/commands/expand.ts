import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { answerLine, DEFAULT_LIMIT, type ExpandAnswer, MAX_LIMIT } from '../../regimen/expand-request.ts';
import type { Command } from './command.ts';
import { type Line, linesOf } from './lines.ts';

const MOST_OF_A_LINE = 1_000_000;
const PIECE = 64 * 1024;

export const expandCommand: Command = {
  summary: 'expand recurrence rules: NDJSON on stdin, NDJSON on stdout',
  help: `dosebell expand < requests.ndjson > answers.ndjson
One JSON object a line in, one a line out, in the same order. Needs no database. Empty lines are passed over.

in   {"id":"a","rrule":"FREQ=DAILY;BYHOUR=8,20","dtstart":"2026-11-22T08:00:00","tz":"America/Lima"}
out  {"id":"a","occurrences":["2026-11-22T13:00:00Z","2026-11-23T01:00:00Z",…]}
or   {"id":"a","error":{"code":"bad_rule","detail":"rrule has no FREQ; …"}}

  id       a string or a number, given back; null when there is none or it cannot be read
  rrule    an RFC 5545 RRULE value or a list of them, without the prefix "RRULE:"; the occurrences are their union
  dtstart  wall clock, YYYY-MM-DDTHH:mm:ss. It is an occurrence only when a rule matches it
  tz       an IANA zone
  rdate    a list of wall-clock times that are occurrences too        (rrule or rdate: at least one)
  exdate   a list of wall-clock times that are not; COUNT counts before they are taken out
  from     an instant (2026-11-22T13:00:00Z), included; without it: from dtstart (or an earlier rdate)
  to       an instant, not included; without it: until the limit, or the year 9999
  limit    at most so many occurrences, 0 to ${MAX_LIMIT}, default ${DEFAULT_LIMIT}
  mode     "wall" (default): the wall clock of the zone decides; a time in a gap is read with the offset before the gap
           (02:30 is 03:30), an ambiguous one is its first. "elapsed": exact intervals on the time line from dtstart,
           for FREQ=DAILY, HOURLY or MINUTELY without BY… parts (a day is 24 hours)
  cycle    {"onDays":21,"offDays":7}: days on and off in turn from dtstart, since RRULE has no such rule; without COUNT

Occurrences are ascending instants in UTC, each once. Error codes: bad_json, bad_field (a wrong type, or a name that is
almost a field), bad_rule (not RFC 5545, or FREQ=SECONDLY), bad_date, unknown_zone, bad_limit, bad_window (from after to),
never_fires (silent for 400 years, 48 for HOURLY and MINUTELY), line_too_long (${MOST_OF_A_LINE} characters), internal (our
fault: please report it). What only a dose schedule is
refused for (doses closer than 15 minutes, an end in the past) is no error here; use dosebell preview for that.

Exit code: 0 when every line was answered, errors included; 1 when input or output broke.`,
  async run(args) {
    parseArgs({ args, options: {} });
    process.stdin.setEncoding('utf8');
    try {
      await pipeline(Readable.from(answers(linesOf(process.stdin, MOST_OF_A_LINE))), process.stdout, { end: false });
    } catch (error) {
      // Whoever reads has enough (`| head`): that is their right.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    }
    return 0;
  },
};

/** Output in pieces: a batch at once, or where it grows, a part of it, so that memory is bounded by one answer. */
async function* answers(batches: AsyncIterable<Line[]>): AsyncGenerator<string> {
  for await (const batch of batches) {
    let text = '';
    for (const line of batch) {
      if (line !== null && line.trim() === '') continue;
      text += `${JSON.stringify(line === null ? TOO_LONG : answerLine(line))}\n`;
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
  }
}

const TOO_LONG: ExpandAnswer = {
  id: null,
  error: { code: 'line_too_long', detail: `the line is longer than ${MOST_OF_A_LINE} characters` },
};

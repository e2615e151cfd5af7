import type { DoseState } from '#src/domain/dose.ts';

/** What the rush looks like at one moment. */
export interface Moment {
  secondsLeft: number;
  total: number;
  byState: Partial<Record<DoseState, number>>;
  late: number;
  sent: Record<string, number>;
  latenessMs: { p50: number | null; p99: number | null };
  escalations: number;
}

const SHOWN: { state: DoseState; label: string }[] = [
  { state: 'taken', label: 'taken' },
  { state: 'skipped', label: 'skipped' },
  { state: 'missed', label: 'missed' },
  { state: 'undelivered', label: 'undelivered' },
  { state: 'cancelled', label: 'cancelled' },
  { state: 'open', label: 'open' },
];

/** One moment in words, a bar first. */
function describe(moment: Moment): string[] {
  const due = Object.values(moment.byState).reduce((sum, n) => sum + n, 0);
  const width = 40;
  const full = moment.total === 0 ? 0 : Math.round((Math.min(due, moment.total) / moment.total) * width);
  const counts = SHOWN.map(({ state, label }) => `${label} ${moment.byState[state] ?? 0}`).join('   ');
  const sent = Object.entries(moment.sent)
    .map(([channel, n]) => `${channel} ${n}`)
    .join('   ');
  const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value)} ms`);
  return [
    `${'█'.repeat(full)}${'░'.repeat(width - full)} ${due} of ${moment.total} doses due, ${Math.max(0, Math.round(moment.secondsLeft))} s to go`,
    `  ${counts}   (late ${moment.late})`,
    `  accepted by providers: ${sent}   cases ${moment.escalations}`,
    `  lateness of first reminders: p50 ${ms(moment.latenessMs.p50)}   p99 ${ms(moment.latenessMs.p99)}`,
  ];
}

/** Shows moments: on a terminal in place, elsewhere (a log, CI) a line every few calls. */
export function progressDisplay(out: NodeJS.WriteStream): (moment: Moment) => void {
  let drawn = 0;
  let calls = 0;
  return (moment) => {
    const lines = describe(moment);
    if (out.isTTY) {
      if (drawn > 0) out.write(`\x1b[${drawn}A`);
      for (const line of lines) out.write(`\x1b[2K${line}\n`);
      drawn = lines.length;
      return;
    }
    if (calls % 10 === 0) out.write(`${lines.map((line) => line.trim()).join(' | ')}\n`);
    calls += 1;
  };
}

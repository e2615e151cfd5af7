import { number } from '../../capacity/words.ts';
import type { Asked } from '../../dispatch/ask-providers.ts';
import { CHANNELS } from '../../domain/attempt.ts';
import { plusDays, type Reconciliation, unknownIn } from '../../reports/proof.ts';
import { OUTCOMES, WHYS } from '../../store/ledger.ts';

/** What `dosebell reconcile` found; `asked` is null where the providers were not asked. */
export interface Found extends Reconciliation {
  period: { from: string; to: string };
  now: Date;
  /** Of the tenants, by id. */
  names: Map<string, string>;
  asked: Asked | null;
}

const DOSES = ['due', ...OUTCOMES] as const;
const STATES = ['intent', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled'] as const;

/** Two tables, of doses and of messages, then every item that somebody has to look at. */
export function reconcileText(found: Found): string {
  const { period, now, tenants, total } = found;
  const name = (tenantId: string) => found.names.get(tenantId) ?? tenantId;
  const named = tenants.map(({ tenantId, ...rest }) => ({ name: name(tenantId), ...rest }));
  const rows = tenants.length === 1 ? named : [...named, { name: 'all', ...total }];
  const doses = rows.map(({ name, doses }) => [name, ...DOSES.map((each) => number(doses[each]))]);
  const messages = rows.flatMap(({ name, messages }) =>
    CHANNELS.filter((channel) => messages[channel] !== undefined).map((channel) => [
      name,
      channel,
      ...STATES.map((state) => number(messages[channel]?.[state] ?? 0)),
    ]),
  );
  const last = plusDays(period.to, -1);
  const days = last === period.from ? last : `${period.from} to ${last}`;
  return [
    `Doses of ${days} (local dates), as they are at ${now.toISOString().slice(0, 19)}Z`,
    '',
    ...table([['tenant', ...DOSES], ...doses], 1),
    '',
    ...(messages.length === 0
      ? ['No message was written about them.']
      : ['Messages about them', '', ...table([['tenant', 'channel', ...STATES], ...messages], 2)]),
    '',
    ...doseItems(found, name),
    ...unknownItems(found, name),
    ...(found.asked === null ? [] : askedItems(found.asked, name)),
  ].join('\n');
}

type Name = (tenantId: string) => string;

function doseItems({ total, unaccounted }: Found, name: Name): string[] {
  const count = total.doses.unaccounted;
  if (count === 0) return ['Every due dose is accounted for.'];
  return [
    `! ${counted(count, 'dose is', 'doses are')} not accounted for:`,
    ...table(unaccounted.map(({ doseId, localDate, tenantId, why }) => [doseId, localDate, name(tenantId), WHYS[why]])),
    ...more(count, unaccounted.length),
  ];
}

function unknownItems({ total, unknown }: Found, name: Name): string[] {
  const count = unknownIn(total.messages);
  if (count === 0) return [];
  const rows = unknown.map(({ attemptId, doseId, tenantId, channel, code, forGood }) => [
    attemptId,
    `of dose ${doseId}`,
    name(tenantId),
    channel,
    code ?? '',
    forGood ? 'for good' : 'still being found out',
  ]);
  return [
    `${counted(count, 'message is', 'messages are')} of unknown fate:`,
    ...table(rows),
    ...more(count, rows.length),
  ];
}

function askedItems({ asked, unanswered, disagreements }: Asked, name: Name): string[] {
  const rows = disagreements.map(({ attemptId, doseId, tenantId, channel, what }) => [
    attemptId,
    `of dose ${doseId}`,
    name(tenantId),
    channel,
    what,
  ]);
  const silent = unanswered === 0 ? '' : `, ${number(unanswered)} without an answer`;
  return [
    `${counted(asked, 'message was', 'messages were')} looked up at the providers${silent}; they ${rows.length === 0 ? 'agree.' : `disagree on ${number(rows.length)}:`}`,
    ...table(rows),
  ];
}

function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

function more(count: number, shown: number): string[] {
  return count > shown ? [`  and ${number(count - shown)} more`] : [];
}

/** Aligned lines; from the column `numbers` on they stand on the right. */
function table(rows: string[][], numbers = Number.POSITIVE_INFINITY): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number) => (i < numbers ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0));
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}

/** One object a line, the total last. */
export function reconcileJson({ period, now, names, tenants, total, unaccounted, unknown, asked }: Found): string {
  const lines = [
    ...tenants.map(({ tenantId, doses, messages }) => ({
      kind: 'tenant',
      tenantId,
      name: names.get(tenantId),
      ...doses,
      messages,
    })),
    ...unaccounted.map((item) => ({ kind: 'unaccounted', ...item })),
    ...unknown.map((item) => ({ kind: 'unknown', ...item })),
    ...(asked?.disagreements ?? []).map((item) => ({ kind: 'disagreement', ...item })),
    {
      kind: 'total',
      ...period,
      at: now,
      ...total.doses,
      messages: total.messages,
      unknown: unknownIn(total.messages),
      ...(asked === null
        ? {}
        : { asked: asked.asked, unanswered: asked.unanswered, disagreements: asked.disagreements.length }),
    },
  ];
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

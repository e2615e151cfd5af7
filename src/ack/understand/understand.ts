import { leavesAlone } from './beside.ts';
import { ofCare } from './care.ts';
import { isHour, isPlain, isPolite, isThanks, laughs, names, thanksForReminder } from './courtesy.ts';
import { any, type Hit, hitsOf, some } from './match.ts';
import { aboutOf, choiceOf, readNumbers, readOrder } from './named.ts';
import { type Clause, clausesOf } from './symbols.ts';
import { type Claim, claimOf, isAgo, questions } from './taken.ts';
import type { Intent, Reason, Said, Understanding } from './types.ts';
import { wholeAnswer } from './whole.ts';

export type { Intent, Understanding } from './types.ts';

/** The most urgent first; what a clinician must see goes before what the patient asks of us. */
const URGENCY: Intent[] = [
  'urgent',
  'opt_out',
  'wrong_person',
  'problem',
  'later',
  'not_taken',
  'opt_in',
  'taken',
  'help',
];

interface Reading {
  clause: Clause;
  hits: Hit[];
  heard: Said[];
  claim: Claim;
}

/**
 * What a patient's message says, in Spanish, English or Portuguese: the words of CLINICAL's pipeline, then a grammar over
 * their classes. Only a plain sentence is `sure`; whatever else a message contains makes it `unsure` or `other`. Pure and
 * linear: at most 2,000 characters and 300 words are read.
 */
export function understand(
  text: string,
  { locale, additions }: { locale?: string; additions?: Partial<Record<Intent, string[]>> } = {},
): Understanding {
  const clauses = clausesOf(text, locale, additions);
  // They write on the clauses what all that follows reads there; none reads what another wrote.
  readNumbers(clauses);
  readOrder(clauses);
  spreadQuestions(clauses);
  const said = wholeAnswer(clauses) ?? sayings(clauses);
  const [first = { intent: 'other', sure: false } as Said, ...rest] = said;
  return {
    intent: first.intent,
    ...(first.reason ? { reason: first.reason } : {}),
    confidence: first.sure ? 'sure' : 'unsure',
    also: rest.map(({ intent }) => intent),
    correction: anywhere(clauses, /^correction$/),
    choice: choiceOf(clauses),
    about: aboutOf(clauses),
  };
}

const anywhere = (clauses: Clause[], names: RegExp) => clauses.some(({ symbols }) => any(symbols, names));

const TAG = /^(verdad|cierto|no|right|ne|nao|certo|si|o|or|ou|y|verdade|sim|yes|correcto|e)$/;

/** "ya la tomé, ¿no?" asks about the clause before it. */
function spreadQuestions(clauses: Clause[]): void {
  for (const [i, clause] of clauses.entries()) {
    const before = clauses[i - 1];
    if (before && clause.symbols[0]?.classes.has('joins') && (before.asked || questions(before.symbols)))
      clause.asked = true;
    if (
      clause.asked &&
      before &&
      TAG.test(clause.symbols[0]?.words[0] ?? '') &&
      clause.symbols.length <= 4 &&
      !any(clause.symbols, /^(unknown|third|greet|ask)$/)
    )
      before.asked = true;
  }
}

/** Everything that the message says, the most urgent first. */
function sayings(clauses: Clause[]): Said[] {
  const cares = anywhere(clauses, /^care/);
  const readings = clauses.map((clause): Reading => {
    const found = claimOf(clause);
    const claim = cares && found === 'maybe' && !clause.asked && ofCare(clause.symbols, true) ? 'care' : found;
    const hits = claim === 'strong' ? [] : hitsOf(clause);
    const heard = hits.flatMap((hit) => (isWhen(clause, hit) ? [] : heardIn(clause, hit)));
    // The clause tells of the past, and nothing in it takes that back: its "on the bus", "before work" are when it was.
    return {
      clause,
      hits,
      heard: claim === 'told' || isAgo(clause.symbols) ? heard.filter((s) => s.intent !== 'later') : heard,
      claim,
    };
  });
  forgive(readings);
  // Only now: `forgive` goes by what every clause says by itself.
  const unsaid: Intent[] = [
    ...(readings.some(asksOfOthers) ? (['later', 'not_taken'] as const) : []),
    ...(anywhere(clauses, /^carer$/) ? (['wrong_person'] as const) : []),
  ];
  for (const reading of readings) reading.heard = reading.heard.filter(({ intent }) => !unsaid.includes(intent));
  const heard = new Map<Intent, Said>();
  for (const said of readings.flatMap((r) => r.heard)) {
    heard.set(said.intent, both(heard.get(said.intent), said));
  }
  if (readings.some((r) => r.claim === 'care') && anywhere(clauses, /^help$/))
    heard.set('urgent', { intent: 'urgent', sure: false });
  const taken = takenOf(readings, heard);
  if (taken?.wins) heard.delete('not_taken');
  const contradicted = taken !== null && !taken.wins;
  const list = [...heard.values()]
    .map((said) => (contradicted && CONTRADICTS.has(said.intent) ? { ...said, sure: false } : said))
    .concat(taken ? [{ intent: 'taken', sure: taken.sure }] : [])
    .sort((a, b) => rank(a) - rank(b));
  return taken && !taken.wins && list.length === 1 ? [{ intent: 'other', sure: false }, ...list] : list;
}

/** "applied it after my shower": what was done came first. */
const isWhen = ({ symbols }: Clause, { rule, at }: Hit) =>
  /^(afterprep|busy)/.test(rule.pattern) && any(symbols.slice(0, at), /^(took|gave|put|didit|done|had)$/);

/** "has mom taken hers? I'm at work". */
const asksOfOthers = ({ clause: { symbols, asked } }: Reading) =>
  (asked || any(symbols, /^doubt$/)) && any(symbols, /^(third|care|kin)$/) && any(symbols, /^(took|took3|gave)$/);

/** After a plain claim, a "no" or a "later" that is about something else says nothing of the dose. */
function forgive(readings: Reading[]): void {
  const first = readings.findIndex(tells);
  if (first < 0) return;
  for (const [i, reading] of readings.entries()) {
    const told = i > first || reading.clause.adjunct || reading.heard.every(({ reason }) => reason === 'busy');
    const beside = reading.heard.length > 0 && told;
    if (beside && reading.heard.every(isMild) && leavesAlone(reading.clause)) reading.heard = [];
  }
}

const isMild = ({ intent, reason }: Said) => intent === 'later' || (intent === 'not_taken' && reason !== 'forgot');
const tells = (r: Reading) => r.claim === 'strong' || (r.claim === 'told' && r.heard.length === 0);

/** The same thing said twice: sure when once it is, with the first reason given. */
function both(first: Said | undefined, second: Said): Said {
  const reason = first?.reason ?? second.reason;
  return { intent: second.intent, sure: first?.sure === true || second.sure, ...(reason ? { reason } : {}) };
}

/** A sure "no" goes before an unsure "later". */
const rank = ({ intent, sure }: Said) => URGENCY.indexOf(intent) + (intent === 'later' && !sure ? 1.5 : 0);

const CONTRADICTS = new Set<Intent>(['later', 'not_taken', 'opt_in', 'help']);
/** What a question does not say. */
const NOT_ASKED = new Set<Intent>(['later', 'not_taken', 'opt_in']);

function heardIn({ symbols, asked }: Clause, { rule }: Hit): Said[] {
  if (rule.intent === null) return [];
  const condition = any(symbols, /^cond$/);
  if (NOT_ASKED.has(rule.intent) && (asked || (condition && rule.intent !== 'later'))) return [];
  if (rule.intent === 'later' && !condition && questions(symbols)) return [];
  if (rule.intent === 'problem' && asked && condition) return [];
  const doubt = any(symbols, /^(cond|doubt|pastday)$/);
  const plain = !doubt && (!asked || rule.intent === 'wrong_person' || rule.intent === 'help');
  return [{ intent: rule.intent, ...(rule.reason ? { reason: rule.reason } : {}), sure: plain && !rule.unsure }];
}

/** Reasons that a later "but now I did" undoes, as a plain "no" is not undone. */
const UNDONE = new Set<Reason | undefined>(['forgot', 'asleep', 'busy']);

/** Whether it says that it was taken; `wins`: and nothing else in it says otherwise. */
function takenOf(readings: Reading[], heard: Map<Intent, Said>): { sure: boolean; wins: boolean } | null {
  const telling = readings.filter(tells);
  const rest = readings.filter((r) => !tells(r));
  if (telling.length > 0) {
    const sure =
      telling.every((r) => r.claim === 'strong') &&
      rest.every((r) => r.claim === 'weak' || (r.heard.length === 0 && isPlain(r.clause)) || isUndone(r));
    const wins = rest.every(
      (r) =>
        r.claim === 'weak' ||
        (r.heard.length === 0 ? leavesAlone(r.clause) || isDenied(r) : overtaken(r, readings, telling)),
    );
    return { sure: sure && wins, wins };
  }
  const cared = readings.some((r) => r.claim === 'care');
  if (cared && readings.every((r) => r.heard.length === 0 && (/care|weak/.test(r.claim) || leavesAlone(r.clause))))
    return { sure: false, wins: true };
  if (readings.some((r) => r.claim === 'weak') && !isReceipt(readings)) {
    if (heard.size === 0 && readings.every((r) => r.claim === 'weak' || isPolite(r.clause) || hedges(r)))
      return { sure: !readings.some(({ clause }) => laughs(clause)) && !readings.some(hedges), wins: true };
    const past = readings.every((r) => r.claim === 'weak' || isPolite(r.clause) || isPast(r));
    if (past) return { sure: false, wins: true };
    return readings.some((r) => r.claim === 'weak' && names(r.clause)) ? { sure: false, wins: false } : null;
  }
  const denied = heard.has('not_taken') || heard.has('later');
  return readings.some((r) => /^(maybe|told|care)$/.test(r.claim)) && !denied ? { sure: false, wins: false } : null;
}

/** Not in so many words. */
const hedges = ({ claim, clause }: Reading) =>
  (claim === 'no' && isThanks(clause)) || isAgo(clause.symbols) || isHour(clause);

/** "ya gracias por el recordatorio": it was read, no more. */
const isReceipt = (readings: Reading[]) =>
  readings.some(({ clause }) => thanksForReminder(clause)) &&
  readings.every(({ claim, clause }) => claim !== 'weak' || !any(clause.symbols, /^(yes|ready|thumb|num1)$/));

/** Said before the claim, and made good by it: forgotten, asleep; or said of another day. */
function overtaken(reading: Reading, readings: Reading[], telling: Reading[]): boolean {
  const last = telling.at(-1);
  const before = last !== undefined && readings.indexOf(reading) < readings.indexOf(last);
  return isPast(reading) || (before && (isUndone(reading) || isStress(reading, readings)));
}

/** "no tengo fiebre", "no me olvidé": what it denies is no answer. */
const isDenied = ({ hits }: Reading) => hits.length > 0 && hits.every(({ rule }) => rule.intent === null);
/** "no, si ya la tomé": a no that stresses the yes after it. */
const isStress = (reading: Reading, readings: Reading[]) => {
  const next = readings[readings.indexOf(reading) + 1];
  const [first, second] = next?.clause.symbols ?? [];
  return (
    next !== undefined &&
    tells(next) &&
    /^(si|sim|claro)$/.test(first?.words[0] ?? '') &&
    second?.classes.has('already') === true &&
    reading.clause.symbols.every((s) => some(s, /^(neg|addr)$/))
  );
};
const isUndone = ({ heard, claim }: Reading) =>
  claim === 'no' && heard.length > 0 && heard.every((s) => s.intent === 'not_taken' && UNDONE.has(s.reason));
const isPast = ({ clause, heard }: Reading) =>
  heard.length > 0 && heard.every((s) => s.intent === 'not_taken') && any(clause.symbols, /^pastday$/);

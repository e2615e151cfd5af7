import { INTENTS, type Intent, type Reason } from './types.ts';

/** What a pattern of classes means. `null`: nothing, and its words mean nothing else ("no tengo fiebre"). */
export interface Rule {
  intent: Intent | null;
  reason?: Reason;
  /** Only a person can say: never sure. */
  unsure?: true;
  pattern: string;
}

const rule = (intent: Intent | null, patterns: string, reason?: Reason, unsure?: 'unsure'): Rule[] =>
  patterns.split(',').map((pattern) => ({
    intent,
    pattern: pattern.trim(),
    ...(reason ? { reason } : {}),
    ...(unsure ? { unsure: true as const } : {}),
  }));

/** What a tenant's own phrases may say by themselves; its phrases for `taken` stand in the grammar of that. */
const OWN = INTENTS.filter((intent) => intent !== 'taken');

/**
 * In order; words that one rule has used are not used again. A step is a class or several ("a|b"); "~" up to three small
 * words, "*" up to five of any kind, "^" the beginning and "$" the end of the clause, courtesies left aside.
 */
export const RULES: Rule[] = [
  ...OWN.flatMap((intent) => rule(intent, `own_${intent}`)),
  ...rule('urgent', 'selfharm', 'self_harm'),
  ...rule(null, 'urgent idiom, neg|lack ~ urgent, neg|lack ~ sick|hurts ~ chest, neg|lack ~ chest ~ hurts'),
  ...rule('urgent', 'urgent, sick|hurts|press ~ chest, chest ~ hurts|sick|press'),
  ...rule(
    null,
    'musing * stopped|stopimp|quit|refuse, pressed ~ num|num1|num2 * mistake, overdose ~ message, pressed * wrongmed, wrongmed * pressed',
  ),
  ...rule('urgent', 'neg|sick|hurts * breathe'),
  ...rule('urgent', 'swell ~ face, face ~ swell'),
  ...rule('urgent', 'took|put ~ lots ~ med|clitic', 'double_dose'),
  ...rule('urgent', '^ wholebox $, overdose, many ~ instead ~ num', 'double_dose'),
  ...rule(
    'urgent',
    'third|care * swallowed|took3 * poss ~ med, third|care * swallowed ~ all * med, third|care * swallowed * double',
    'double_dose',
  ),
  ...rule('other', 'deceased', 'deceased', 'unsure'),

  ...rule(
    null,
    'remove|stopimp|stopall|optin * other ~ tomorrow, remove|stopimp|stopall|optin * other, stopped|stopimp ~ sick',
  ),
  ...rule(
    'not_taken',
    'doctor * advised ~ taking|takeinf, doctor * advised, advised * doctor, doctor * said * neg ~ takeinf|took|takepres, doctor * said * neg, doctor * said * stopped',
    'advised',
  ),
  ...rule(
    'not_taken',
    'stopped|stopimp ~ takeinf|taking|med|drug, stopped ~ clitic $, ^ clitic stopped $, ^ already stopped $',
    'refused',
  ),
  ...rule('not_taken', 'neg ~ want takeinf', 'refused'),
  ...rule(
    'opt_out',
    'remove, neg ~ optin, neg ~ want * receive|message|contact, neg ~ contact, neg ~ receive ~ message',
  ),
  ...rule('opt_out', 'stopimp|stopall * contact|message|receive|remove, stopped ~ contact, stopped elsewhat ~ message'),
  ...rule('wrong_person', 'wrong, iamnot ~ unknown $'),

  ...rule('wrong_person', 'iamnot * phone, phone ~ neg ~ isa'),
  ...rule('opt_in', 'optverb * anew, optverb * message', undefined, 'unsure'),
  ...rule('help', 'helpme'),
  ...rule('not_taken', 'nay ~ forgot', 'forgot'),
  ...rule(
    null,
    'neg|lack ~ sick|hurts, neg clitic forgot, neg forgot neg, neg forgot, forgot ~ elsewhat, took * thing ~ wrongmed',
  ),
  ...rule('not_taken', 'qu_not', undefined, 'unsure'),
  ...rule('later', 'qu_later', undefined, 'unsure'),
  ...rule('problem', 'qu_problem', undefined, 'unsure'),
  ...rule('urgent', 'third|spouse|friend|care * gave|took3 * again|also', 'double_dose'),
  ...rule('urgent', 'took|gave|put|had * double|wholebox, double|wholebox * took|gave|put', 'double_dose'),
  ...rule('urgent', 'took|gave|put * many * mistake, mistake * took|gave|put * many', 'double_dose'),
  ...rule('problem', 'fut|takeinf|takepres * double, took|gave|put * again', 'double_dose', 'unsure'),
  ...rule('problem', 'took|gave|put ~ many', 'double_dose', 'unsure'),
  ...rule('problem', 'took|gave|put|takepres * wrongmed, took * wrongly, wrongmed', 'wrong_medicine'),
  ...rule('problem', 'took|gave|put * mistake, mistake * took|gave|put', 'wrong_medicine', 'unsure'),
  ...rule('problem', 'nomoney', 'cost'),
  ...rule('not_taken', 'noaccess', 'no_access'),
  ...rule('problem', 'cantswallow'),
  ...rule(null, 'lack ~ thing|food, out ~ thing|phone'),
  ...rule('problem', 'lack unknown', 'out_of_medicine', 'unsure'),
  ...rule('problem', 'out|lack', 'out_of_medicine'),
  ...rule('problem', 'sick|hurts', 'felt_sick'),
  ...rule(null, 'with ~ body|face, body ~ full, doubt * body'),
  ...rule('problem', 'body|face', 'felt_sick', 'unsure'),
  ...rule('problem', 'vital ~ updown, updown ~ vital', 'felt_sick', 'unsure'),

  ...rule(null, 'other * due|tomorrow, habit ~ takepres, habit ~ forgot'),
  ...rule('later', 'due', undefined, 'unsure'),
  ...rule('not_taken', 'quit', 'refused'),
  ...rule('not_taken', 'almost ~ took|takepres', undefined, 'unsure'),
  ...rule('not_taken', '^ took neg $, med|drug neg $'),
  ...rule('later', 'notyet ~ fut|takepres|took|takeinf|taking|gave|put|done|had, neg * notyet, notyet'),
  ...rule(
    'not_taken',
    'neg ~ fut * takeinf|takepres|fut, neg ~ takepres, neg ~ want ~ takeinf|med|drug|again',
    'refused',
  ),
  ...rule('not_taken', 'neg ~ want ~ $, refuse, neg ~ fut $, neg ~ taking', 'refused'),
  ...rule('not_taken', 'forgot', 'forgot'),
  ...rule('not_taken', 'asleep', 'asleep'),
  ...rule('not_taken', 'wasbusy', 'busy'),
  ...rule('later', 'couldnt ~ later|busy|soon, soon couldnt $, soon neg $, neg soon $'),
  ...rule('not_taken', 'discarded', 'refused', 'unsure'),
  ...rule('not_taken', 'butthat', undefined, 'unsure'),
  ...rule('not_taken', 'skipped, couldnt, wasgoing * takeinf|takepres'),
  ...rule(null, 'neg ~ doubt'),
  ...rule(
    'not_taken',
    'neg * took|takeinf|took3|didit|gave|put|done|had, part ~ neg, clock|listed|option ~ neg $, neg ~ part, none $, ^ neg ~ neg $, ^ neg $',
  ),

  ...rule('later', 'must|want ~ takeinf|later', undefined, 'unsure'),
  ...rule(
    null,
    'fut ~ takeinf thing, taking thing, taking poss|art thing, third|kin ~ takepres|took3, takepres|took3 ~ su ~ med, takepres|took3 * third|kin',
  ),
  ...rule(
    'later',
    'soon ~ taking, taking ~ soon, fut * takeinf|takepres|took, soon ~ takepres, takepres ~ soon, takepres * later|busy|clock, later|part|clock|afterprep * takepres, fut $',
  ),

  ...rule('later', 'taking|takepres|tomorrow|when, ^ soon $', undefined, 'unsure'),
  ...rule('later', 'later, inprep num unit, ^ num unit $, afterprep ~ food|thing, ^ afterprep $, ^ almost $'),
  ...rule('later', 'busy', 'busy'),
];

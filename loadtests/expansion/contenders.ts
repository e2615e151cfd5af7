import rrule from 'rrule';
import { DateTime, RRuleSet } from 'rrule-rust';
import { RRuleTemporal } from 'rrule-temporal';
import { expand } from '#src/regimen/expand.ts';
import { toInstant, toLocal } from '#src/regimen/local-time.ts';
import { type Case, regimenOf } from './regimens.ts';

/** Half-open, in milliseconds of the epoch. */
export interface Window {
  from: number;
  to: number;
}

/** Makes ready what does not depend on the window, uncounted, and returns what expands it: the instants of its doses. */
export interface Contender {
  name: string;
  ready(given: Case): (window: Window) => number[];
}

/** Ours is given the stored text each time, as in the horizon pass; the others a rule that they have read before. */
export const dosebell: Contender = {
  name: 'dosebell',
  ready(given) {
    const regimen = regimenOf(given);
    return ({ from, to }) => expand(regimen, given.zone, new Date(from), new Date(to)).map((dose) => dose.at.getTime());
  },
};

export const others: Contender[] = [
  {
    // In floating time, its own fastest way, and its zones are not to be trusted: the zones are ours.
    name: 'rrule.js',
    ready({ rule, start, zone }) {
      const read = rrule.rrulestr(`DTSTART:${compact(start)}Z\nRRULE:${rule}`);
      const bare = new rrule.RRule(read.origOptions, true); // without its cache
      return ({ from, to }) =>
        bare
          .between(new Date(toLocal(from, zone)), new Date(toLocal(to, zone) - 1), true)
          .map((local) => toInstant(local.getTime(), zone));
    },
  },
  {
    name: 'rrule-temporal',
    ready(given) {
      const read = new RRuleTemporal({ rruleString: inZone(given) });
      return ({ from, to }) => read.between(new Date(from), new Date(to - 1), true).map((at) => at.epochMilliseconds);
    },
  },
  {
    name: 'rrule-rust',
    ready(given) {
      const read = RRuleSet.fromString(inZone(given));
      read.cache.disable();
      const utc = (at: number) => DateTime.fromString(compact(`${new Date(at).toISOString().slice(0, 19)}Z`));
      return ({ from, to }) => read.between(utc(from), utc(to - 1000), true).map((at) => at.toTimestamp());
    },
  },
];

function inZone({ rule, zone, start }: Case): string {
  return `DTSTART;TZID=${zone}:${compact(start)}\nRRULE:${rule}`;
}

function compact(text: string): string {
  return text.replace(/[-:]/g, '');
}

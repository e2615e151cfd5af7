import { performance } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import { accountOf, type Channel } from '#channels/channel.ts';
import type { App } from '../app.ts';
import { atScrape, labelsOf } from '../metrics.ts';
import { healthKey } from '../redis/keys.ts';
import { loadScript } from '../redis/scripts.ts';
import {
  afterReport,
  type Breaker,
  type BreakerSettings,
  newBreaker,
  type Report,
  withProbe,
} from './health/breaker.ts';
import { shareOf } from './health/share.ts';
import { tellIncident } from './incidents.ts';

export type { Report };

/** How well each sender does, shared by all workers: a circuit breaker per account, and weights that follow it. */
export interface Health {
  /**
   * What a sender may be given now: `weight` is its configured weight, lowered while it fails or is slow, 0 while its
   * breaker is open. `most` is there when the caller holds the one probe of a breaker that may close again: it must send
   * at most so many, and report them with `probe`. Never rejects.
   */
  of(sender: Channel): Promise<{ weight: number; most?: number }>;
  /** Tells what became of messages. A probe of which nothing was sent should be reported with zeros. Never rejects. */
  report(sender: Channel, report: Report): Promise<void>;
}

interface HealthSettings extends BreakerSettings {
  /** How many messages a probe risks. */
  probeSize: number;
  /** How long what Redis said is used again, in milliseconds. */
  cacheMs: number;
}

const SETTINGS: HealthSettings = {
  slots: 5,
  slotMs: 2000,
  minimum: 10,
  openMs: 1000,
  longestOpenMs: 30_000,
  probeMs: 5000, // above the three seconds after which a call is reported slow
  probeSize: 5,
  cacheMs: 200,
};

/** An account nobody reports on is forgotten after a day. */
const FORGET_MS = 86_400_000;

/** Breakers stay open a little shorter or longer, so that a provider's accounts are not tried all at once. */
const jitter = () => 0.8 + Math.random() * 0.4;

type ReportWithJitter = Report & { jitter: number };
type Change = 'opened' | 'probe' | '';

interface Seen {
  breaker: Breaker;
  change: Change;
}

/**
 * Opens the workers' shared sight of the senders. While Redis is away this process goes on alone, from what it saw last, by
 * the same arithmetic. A breaker that opens or closes is an incident that begins or ends.
 */
export function openHealth(app: App, redis: Redis, given: Partial<HealthSettings> = {}): Health {
  const settings = { ...SETTINGS, ...given };
  const settingsJson = JSON.stringify({ ...settings, forgetMs: FORGET_MS });
  const run = loadScript(redis, 'health');
  /** By account; `at` is of this process's own steady clock. */
  const last = new Map<string, { sender: Channel; breaker: Breaker; at: number }>();
  let redisAhead = performance.timeOrigin; // Redis's time less the steady clock
  let isAlone = false;

  /** Reports, or asks for leave to send (null). */
  async function step(sender: Channel, report: Report | null): Promise<Seen> {
    const account = accountOf(sender);
    const told = report === null ? null : { ...report, jitter: jitter() };
    const seen = await together(account, told).catch((error: Error) => alone(account, told, error));
    last.set(account, { sender, breaker: seen.breaker, at: performance.now() });
    if (seen.change === 'opened') app.metrics.breakerOpened.inc(labelsOf(sender));
    await tellIncident(app, { kind: 'provider_down', subject: account }, seen.breaker.phase !== 'closed');
    return seen;
  }

  async function together(account: string, report: ReportWithJitter | null): Promise<Seen> {
    const text = report === null ? '' : JSON.stringify(report);
    const [json, now, change] = (await run(healthKey(account), settingsJson, text)) as [string, number, Change];
    redisAhead = now - performance.now();
    isAlone = false;
    return { breaker: JSON.parse(json), change };
  }

  function alone(account: string, report: ReportWithJitter | null, { message }: Error): Seen {
    if (!isAlone) app.log.warn({ reason: message }, 'Redis is away: this process watches the providers alone');
    isAlone = true;
    const now = Math.floor(performance.now() + redisAhead);
    const breaker = last.get(account)?.breaker ?? newBreaker(settings);
    if (report === null) {
      const probing = withProbe(breaker, now, settings);
      return probing === null ? { breaker, change: '' } : { breaker: probing, change: 'probe' };
    }
    const next = afterReport(breaker, report, { now, jitter: report.jitter }, settings);
    return { breaker: next, change: breaker.phase === 'closed' && next.phase === 'open' ? 'opened' : '' };
  }

  const weightOf = ({ weight }: Channel, breaker: Breaker) =>
    weight * shareOf(breaker, performance.now() + redisAhead, settings);

  // The labels are from closed lists, and accounts are not: a provider's accounts are shown as one. At each scrape, since
  // weights rise while nobody asks.
  atScrape(app.metrics.senderWeight, () => {
    app.metrics.senderWeight.reset();
    for (const { sender, breaker } of last.values())
      app.metrics.senderWeight.inc(labelsOf(sender), weightOf(sender, breaker));
  });

  return {
    async of(sender) {
      const known = last.get(accountOf(sender));
      if (known !== undefined && performance.now() - known.at < settings.cacheMs)
        return { weight: weightOf(sender, known.breaker) };
      const { breaker, change } = await step(sender, null);
      return change === 'probe'
        ? { weight: sender.weight, most: settings.probeSize }
        : { weight: weightOf(sender, breaker) };
    },
    async report(sender, report) {
      await step(sender, report);
    },
  };
}

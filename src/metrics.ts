import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric dosebell exposes. Labels are from closed lists: never an id, a name or an address. */
export interface Metrics {
  registry: Registry;
  /** Accepted by the provider minus due, in seconds. */
  lateness: Histogram<'channel'>;
  /** Provider answers by kind of the closed list. */
  outcomes: Counter<'channel' | 'provider' | 'outcome'>;
  sendSeconds: Histogram<'channel' | 'provider'>;
  /** Units a second that the senders this process uses may pass now, and may pass when they are not slowed. */
  senderRate: Gauge<'channel' | 'provider'>;
  senderRateConfigured: Gauge<'channel' | 'provider'>;
  rateLimited: Counter<'channel' | 'provider'>;
  throttled: Counter<'channel' | 'provider'>;
  senderWeight: Gauge<'channel' | 'provider'>;
  breakerOpened: Counter<'channel' | 'provider'>;
  answers: Counter<'road' | 'answer' | 'effect'>;
  plannedDoses: Counter;
  loopSeconds: Histogram<'loop'>;
  loopErrors: Counter<'loop'>;
  rescued: Counter<'what'>;
  doses: Gauge<'state'>;
  unaccounted: Gauge<'why'>;
  unknownMessages: Gauge;
  openEscalations: Gauge<'kind'>;
  openIncidents: Gauge<'kind'>;
  deadLetters: Gauge<'kind'>;
  /** Since the dead-man's switch last finished a look, whichever process did; absent while nobody knows. */
  silenceChecked: Gauge;
  /** Of the busiest minute of the next 24 hours. */
  forecastRatio: Gauge<'channel' | 'provider'>;
  forecastLate: Gauge<'channel' | 'provider'>;
  /** Tries of callbacks to tenants' systems, and how late the oldest that may leave is. */
  callbacks: Counter<'outcome'>;
  callbackDelay: Gauge;
  queueDepth: Gauge<'queue'>;
  queueAge: Gauge<'queue'>;
  httpSeconds: Histogram<'method' | 'route' | 'status'>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own per process (and per test), with Node's own metrics: event-loop lag, heap, GC. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const unknownMessages = new Gauge({
    name: 'dosebell_unknown_messages',
    help: 'Messages of the last 24 hours whose fate nobody will ever know',
    registers,
  });
  const silenceChecked = new Gauge({
    name: 'dosebell_silence_checked_seconds',
    help: 'Seconds since expected doses were last held against what left, by any scheduler',
    registers,
  });
  const callbackDelay = new Gauge({
    name: 'dosebell_callback_delay_seconds',
    help: 'How long the oldest callback that may leave has been due',
    registers,
  });
  // Only the process that counts may say 0.
  for (const counted of [unknownMessages, silenceChecked, callbackDelay]) counted.remove();
  return {
    registry,
    lateness: new Histogram({
      name: 'dosebell_lateness_seconds',
      help: 'Accepted by the provider minus due',
      labelNames: ['channel'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900],
      registers,
    }),
    outcomes: new Counter({
      name: 'dosebell_provider_outcomes_total',
      help: 'Provider answers',
      labelNames: ['channel', 'provider', 'outcome'],
      registers,
    }),
    sendSeconds: new Histogram({
      name: 'dosebell_send_seconds',
      help: 'Time of one provider call for one chunk',
      labelNames: ['channel', 'provider'],
      buckets: SECONDS,
      registers,
    }),
    senderWeight: new Gauge({
      name: 'dosebell_sender_weight',
      help: "What a provider's senders may be given now: their configured weights, lowered while they fail or are slow",
      labelNames: ['channel', 'provider'],
      registers,
    }),
    breakerOpened: new Counter({
      name: 'dosebell_breaker_opened_total',
      help: 'How often a sender that failed was cut off',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    senderRate: new Gauge({
      name: 'dosebell_sender_rate',
      help: 'Units a second the senders may pass now; 0 while a provider wants nothing',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    senderRateConfigured: new Gauge({
      name: 'dosebell_sender_rate_configured',
      help: 'Units a second the senders may pass when they are not slowed',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    rateLimited: new Counter({
      name: 'dosebell_rate_limited_total',
      help: 'Times a chunk asked for rate and had to wait',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    throttled: new Counter({
      name: 'dosebell_throttled_total',
      help: 'Chunks of which the provider said "too many"',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    answers: new Counter({
      name: 'dosebell_answers_total',
      help: 'Answers of patients',
      labelNames: ['road', 'answer', 'effect'],
      registers,
    }),
    plannedDoses: new Counter({ name: 'dosebell_planned_doses_total', help: 'Doses inserted by expansion', registers }),
    loopSeconds: new Histogram({
      name: 'dosebell_loop_seconds',
      help: 'Time of one pass of a scheduler loop',
      labelNames: ['loop'],
      buckets: SECONDS,
      registers,
    }),
    loopErrors: new Counter({
      name: 'dosebell_loop_errors_total',
      help: 'Failed passes of a scheduler loop',
      labelNames: ['loop'],
      registers,
    }),
    rescued: new Counter({
      name: 'dosebell_rescued_total',
      help: 'Work found with nobody holding it',
      labelNames: ['what'],
      registers,
    }),
    doses: new Gauge({
      name: 'dosebell_doses',
      help: 'Doses due in the last 24 hours, by state',
      labelNames: ['state'],
      registers,
    }),
    unaccounted: new Gauge({
      name: 'dosebell_unaccounted_doses',
      help: 'Doses that nobody holds and no outcome explains, by what is wrong: must be 0',
      labelNames: ['why'],
      registers,
    }),
    unknownMessages,
    openEscalations: new Gauge({
      name: 'dosebell_open_escalations',
      help: 'Cases not yet resolved',
      labelNames: ['kind'],
      registers,
    }),
    openIncidents: new Gauge({
      name: 'dosebell_open_incidents',
      help: 'Open incidents: senders and channels that are cut off, tenants and patients that fell silent, and others',
      labelNames: ['kind'],
      registers,
    }),
    deadLetters: new Gauge({
      name: 'dosebell_dead_letters',
      help: 'Doses and messages that fail on their own account and were set aside',
      labelNames: ['kind'],
      registers,
    }),
    silenceChecked,
    forecastRatio: new Gauge({
      name: 'dosebell_forecast_load_ratio',
      help: 'When the last message of the busiest minute of the next 24 hours would leave, over its useful time',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    forecastLate: new Gauge({
      name: 'dosebell_forecast_late_seconds',
      help: 'How late the last message of the next 24 hours would leave, at the latest',
      labelNames: ['channel', 'provider'],
      registers,
    }),
    callbacks: new Counter({
      name: 'dosebell_callbacks_total',
      help: "Tries of callbacks to tenants' systems, by what became of them",
      labelNames: ['outcome'],
      registers,
    }),
    callbackDelay,
    queueDepth: new Gauge({ name: 'dosebell_queue_depth', help: 'Jobs waiting', labelNames: ['queue'], registers }),
    queueAge: new Gauge({
      name: 'dosebell_queue_age_seconds',
      help: 'How long the oldest ready chunk has waited',
      labelNames: ['queue'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'dosebell_http_seconds',
      help: 'Time of one request',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
  };
}

/** Has `collect` bring a gauge up to date at each scrape; prom-client calls it there, but takes it only when it makes the gauge. */
export function atScrape(gauge: Gauge<string>, collect: () => void | Promise<void>): void {
  Object.assign(gauge, { collect });
}

/** A sender's labels. Several of a provider's senders share them: accounts are no closed list. */
export function labelsOf({ name, provider }: { name: string; provider: string }): {
  channel: string;
  provider: string;
} {
  return { channel: name, provider };
}

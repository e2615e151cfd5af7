import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric dosebell exposes. Labels are from closed lists: never an id, a name or an address. */
export interface Metrics {
  registry: Registry;
  /** Accepted by the provider minus due, in seconds. */
  lateness: Histogram<'channel'>;
  /** Provider answers by kind of the closed list. */
  outcomes: Counter<'channel' | 'provider' | 'outcome'>;
  sendSeconds: Histogram<'channel' | 'provider'>;
  answers: Counter<'road' | 'answer' | 'effect'>;
  plannedDoses: Counter;
  loopSeconds: Histogram<'loop'>;
  loopErrors: Counter<'loop'>;
  rescued: Counter<'what'>;
  doses: Gauge<'state'>;
  unaccounted: Gauge;
  openEscalations: Gauge<'kind'>;
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
  const unaccounted = new Gauge({
    name: 'dosebell_unaccounted_doses',
    help: 'Doses past due that nobody holds and no outcome explains: must be 0',
    registers,
  });
  unaccounted.remove(); // only the process that counts them may say 0
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
    unaccounted,
    openEscalations: new Gauge({
      name: 'dosebell_open_escalations',
      help: 'Cases not yet resolved',
      labelNames: ['kind'],
      registers,
    }),
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

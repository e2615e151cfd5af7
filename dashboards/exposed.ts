import { createMetrics, type Metrics } from '#src/metrics.ts';

/** By series name (with _bucket, _sum, _count), the labels under which the processes expose it. */
export type Exposed = Map<string, Set<string>>;

/** What Prometheus itself adds to every series it scrapes. */
const SCRAPE_LABELS = ['job', 'instance'];

type Touchable = {
  labelNames: readonly string[];
  inc?(labels: object): void;
  observe?(labels: object, value: number): void;
};

/** Reads the exposition text of a registry in which every metric of ours was touched once. */
export async function exposedSeries(): Promise<Exposed> {
  const { registry, ...ours } = createMetrics();
  for (const metric of Object.values(ours as Record<keyof Omit<Metrics, 'registry'>, unknown>))
    touch(metric as Touchable);
  const exposed: Exposed = new Map([['up', new Set(SCRAPE_LABELS)]]);
  for (const line of (await registry.metrics()).split('\n')) {
    const [, name, labels = ''] = /^([a-z_:]\w*)(?:\{(.*)\})? /i.exec(line) ?? [];
    if (name === undefined) continue;
    const known = exposed.get(name) ?? new Set(SCRAPE_LABELS);
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label as string);
    exposed.set(name, known);
  }
  return exposed;
}

function touch(metric: Touchable): void {
  const labels = Object.fromEntries(metric.labelNames.map((name) => [name, 'x']));
  if (metric.observe === undefined) metric.inc?.(labels);
  else metric.observe(labels, 1);
}

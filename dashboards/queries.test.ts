import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Exposed, exposedSeries } from './exposed.ts';
import { readQuery } from './promql.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[];
}

interface Alert {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: Record<'summary' | 'description' | 'runbook', string>;
}

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');
const overview = JSON.parse(read('grafana/overview.json')) as {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string }[] };
};
const panels = overview.panels.filter((panel) => panel.type !== 'row');
const rules = parse(read('prometheus/alerts.yml')) as { groups: { rules: Alert[] }[] };
const alerts = rules.groups.flatMap((group) => group.rules);
const runbook = read('../docs/runbook.md');

let exposed: Exposed;
beforeAll(async () => {
  exposed = await exposedSeries();
});

/** Everything wrong with a query: not PromQL, a metric nobody exposes, a label none of its metrics has. */
function problemsOf(expr: string, alsoUsed: string[] = []): string[] {
  const query = expr.replaceAll('$__rate_interval', '5m');
  let parts: ReturnType<typeof readQuery>;
  try {
    parts = readQuery(query);
  } catch (error) {
    return [(error as Error).message];
  }
  const labels = new Set(parts.metrics.flatMap((metric) => [...(exposed.get(metric) ?? [])]));
  return [
    ...parts.metrics.filter((metric) => !exposed.has(metric)).map((metric) => `unknown metric ${metric}`),
    ...[...parts.labels, ...alsoUsed].filter((label) => !labels.has(label)).map((label) => `unknown label ${label}`),
  ];
}

/** Labels a text fills in: `{{channel}}` of Grafana, `{{ $labels.channel }}` of Prometheus. */
const filledIn = (text: string) =>
  [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z]\w*)/g)].map(([, label]) => label as string);

describe('the check itself', () => {
  test.each([
    ['rate(dosebell_lateness_seconds_bucket{channel="sms"}[5m])', []],
    ['sum by (le) (rate(dosebell_lateness_seconds_count[$__rate_interval]))', ['unknown label le']],
    ['dosebell_lateness_seconds', ['unknown metric dosebell_lateness_seconds']],
    ['dosebell_nothing_total', ['unknown metric dosebell_nothing_total']],
    ['dosebell_doses{provider="x"}', ['unknown label provider']],
    ['sum without (colour) (dosebell_doses)', ['unknown label colour']],
    ['up{job="api"} == 0', []],
    ['nodejs_eventloop_lag_p99_seconds', []],
  ])('%s', (expr, expected) => {
    expect(problemsOf(expr)).toEqual(expected);
  });

  test.each(['sum(', 'rate(dosebell_doses[5m]', 'sum by dosebell_doses', '{state="taken"}', ''])(
    '%j is refused',
    (expr) => {
      expect(problemsOf(expr)).toHaveLength(1);
    },
  );
});

describe('overview.json', () => {
  test.each(panels.flatMap(({ title, targets = [] }) => targets.map((target) => [title, target] as const)))(
    '%s reads what is exposed',
    (_title, { expr, legendFormat }) => {
      expect(problemsOf(expr, filledIn(legendFormat))).toEqual([]);
    },
  );

  test('every panel says what it shows, in which unit, from the chosen data source', () => {
    expect(overview.templating.list.map(({ name }) => name)).toContain('datasource');
    for (const { title, description, datasource, fieldConfig, targets = [] } of panels) {
      expect(description, title).toBeTruthy();
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
      expect(targets.length, title).toBeGreaterThan(0);
      for (const uid of [datasource?.uid, ...targets.map((target) => target.datasource.uid)])
        expect(uid, title).toMatch(/^\$\{datasource\}$/);
    }
  });

  test('panels have ids of their own, lie on the grid and do not overlap', () => {
    const { panels: all } = overview;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of all) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), title).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  test('shows every metric of ours', () => {
    const shown = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => readQuery(expr.replaceAll('$__rate_interval', '5m')).metrics),
    );
    const family = (series: string) => series.replace(/_(bucket|sum|count)$/, '');
    const ours = [...exposed.keys()].filter((series) => series.startsWith('dosebell_')).map(family);
    expect([...new Set(ours)].filter((name) => !shown.map(family).includes(name))).toEqual([]);
  });
});

describe('alerts.yml', () => {
  test.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s',
    (name, { expr, annotations, labels, for: wait }) => {
      const { summary, description, runbook: link } = annotations;
      expect(
        problemsOf(
          expr,
          filledIn(`${summary} ${description}`).filter((word) => word !== 'value'),
        ),
      ).toEqual([]);
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(wait).toMatch(/^\d+[mh]$/);
      expect(description.length).toBeGreaterThan(40);
      expect(link).toBe(`docs/runbook.md#${name.toLowerCase()}`);
      expect(runbook).toMatch(new RegExp(`^## ${name}$`, 'm'));
    },
  );

  test('the runbook has no section of an alert that is gone', () => {
    const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alerts.map(({ alert }) => alert));
  });
});

test('prometheus.yml scrapes the services that docker-compose.yml runs, and reads the alerts', () => {
  const config = parse(read('prometheus/prometheus.yml')) as {
    rule_files: string[];
    scrape_configs: { job_name: string }[];
  };
  const { services } = parse(read('../docker-compose.yml')) as { services: Record<string, unknown> };
  const jobs = config.scrape_configs.map(({ job_name }) => job_name);
  expect(jobs).toEqual(['api', 'scheduler', 'worker']);
  expect(Object.keys(services)).toEqual(expect.arrayContaining(jobs));
  expect(config.rule_files).toEqual(['alerts.yml']);
});

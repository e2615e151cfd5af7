import type { SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression reads: each metric, and every label of a matcher or a grouping. */
export interface QueryParts {
  metrics: string[];
  labels: string[];
}

/** Parses with Prometheus's own grammar. Throws at the first place that is no PromQL, and for a selector without a metric. */
export function readQuery(expr: string): QueryParts {
  const parts: QueryParts = { metrics: [], labels: [] };
  const text = (node: SyntaxNodeRef) => expr.slice(node.from, node.to);
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${expr}`);
      if (node.name === 'LabelName') parts.labels.push(text(node));
      if (node.name !== 'VectorSelector') return;
      const metric = node.node.getChild('Identifier');
      if (metric === null) throw new Error(`a selector without a metric: ${expr}`);
      parts.metrics.push(text(metric));
    },
  });
  return parts;
}

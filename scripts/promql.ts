import { parser } from '@prometheus-io/lezer-promql';

/** One selector of an expression: `metric{label="…"}`. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What an expression of PromQL reads. */
export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels that it groups by. */
  readonly groupedBy: readonly string[];
}

/**
 * Reads an expression, with Grafana's variables in it.
 * @throws SyntaxError at what Prometheus would refuse
 */
export function readExpression(text: string): Expression {
  const source = text.replaceAll('$__rate_interval', '1m').trim();
  const selectors: { metric: string; labels: string[] }[] = [];
  const groupedBy: string[] = [];
  parser.parse(source).iterate({
    enter(node) {
      const { name, from, to } = node;
      if (node.type.isError) throw new SyntaxError(`at ${from}: ${source}`);
      const words = source.slice(from, to);
      if (name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      const current = selectors.at(-1);
      if (name === 'Identifier' && node.matchContext(['VectorSelector']) && current) current.metric = words;
      if (name === 'LabelName' && node.matchContext(['GroupingLabels'])) groupedBy.push(words);
      else if (name === 'LabelName' && current) current.labels.push(words);
    },
  });
  return { selectors, groupedBy };
}

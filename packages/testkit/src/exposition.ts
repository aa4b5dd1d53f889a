/** One series of a scrape. */
export interface Sample {
  /** With the suffix of a histogram's parts. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric of a scrape. */
export interface Metric {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const labelPair = /^([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/;
const partSuffix = /_(bucket|sum|count)$/;

/**
 * Reads what `/metrics` answers (the text format of Prometheus, version 0.0.4) by its metrics' names.
 * @throws Error naming the line, for what Prometheus would refuse: a sample without a type, two of the same series, no number
 */
export function readExposition(text: string): Map<string, Metric> {
  const metrics = new Map<string, { type: string; help: string; samples: Sample[] }>();
  const series = new Set<string>();
  let current = '';
  for (const [index, line] of text.split('\n').entries()) {
    const refuse = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    if (line === '') continue;
    const [, keyword, about = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (metrics.has(about)) refuse('a metric stands in one place');
      current = about;
      metrics.set(about, { type: '', help: rest, samples: [] });
      continue;
    }
    const metric = metrics.get(current);
    if (!metric) return refuse('help comes first');
    if (keyword === 'TYPE') {
      if (about !== current) refuse('the type follows the help');
      metric.type = rest;
      continue;
    }
    const [, name = '', labelText = '', number = ''] = sampleLine.exec(line) ?? refuse('no sample');
    const isPart = metric.type === 'histogram' || metric.type === 'summary';
    if (name !== current && !(isPart && name.replace(partSuffix, '') === current)) refuse(`no sample of ${current}`);
    if (series.has(`${name}{${labelText}}`)) refuse('the same series twice');
    series.add(`${name}{${labelText}}`);
    const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
    if (Number.isNaN(value) && number !== 'NaN' && number !== 'Nan') refuse('no number');
    metric.samples.push({ name, labels: readLabels(labelText) ?? refuse('broken labels'), value });
  }
  return metrics;
}

function readLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [pair, name = '', value = ''] = labelPair.exec(rest) ?? [];
    if (pair === undefined || Object.hasOwn(labels, name)) return undefined;
    labels[name] = value;
    rest = rest.slice(pair.length);
  }
  return labels;
}

const shortUnits = ['s', 'ms', 'us', 'ns', 'sec', 'b', 'kb', 'mb', 'gb', 'tb', 'm', 'h', 'd'];
const otherUnits =
  /_(milliseconds|microseconds|nanoseconds|minutes|hours|days|weeks|kilobytes|megabytes|bits|percent)(_|$)/;

/** What `promtool check metrics` would say against a metric: a sentence each. */
export function faultsOfMetric(name: string, { type, help, samples }: Metric): string[] {
  const faults: string[] = [];
  const add = (wrong: boolean, fault: string): void => void (wrong && faults.push(`${name}: ${fault}`));
  add(help.trim() === '', 'no help text');
  add(!/^(counter|gauge|histogram|summary)$/.test(type), `the type ${type}`);
  add((type === 'counter') !== name.endsWith('_total'), 'counters, and only they, end in _total');
  add(partSuffix.test(name), 'ends like a part of a histogram');
  add(/_(counter|gauge|histogram|summary|info)(_|$)/.test(name) && !name.endsWith('_info'), 'names its type');
  add(/[A-Z:]/.test(name), 'is not in lower_snake_case');
  add(
    name
      .split('_')
      .slice(1)
      .some((word) => shortUnits.includes(word)),
    'abbreviates a unit',
  );
  add(otherUnits.test(name), 'has another unit than seconds, bytes or a ratio');
  const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
  add(type !== 'histogram' && labels.has('le'), 'le is for histograms');
  add(type !== 'summary' && labels.has('quantile'), 'quantile is for summaries');
  add(
    [...labels].some((label) => /[A-Z]/.test(label)),
    'labels are not in lower_snake_case',
  );
  add(type === 'counter' && samples.some(({ value }) => value < 0), 'a counter is negative');
  return faults;
}

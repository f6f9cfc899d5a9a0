import * as v from 'valibot';
import { writtenLines } from './written-lines.ts';

/** One metric as CloudWatch makes it of a line: dimensions sorted by their names. */
export type EmittedMetric = {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly values: readonly number[];
};

/** Source: CloudWatch User Guide, Embedded metric format specification. */
const lineSchema = v.looseObject({
  _aws: v.object({
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: v.string(),
        Dimensions: v.array(v.array(v.string())),
        Metrics: v.array(v.object({ Name: v.string(), Unit: v.string() })),
      }),
    ),
  }),
});

/** Every metric that `work` writes in the embedded metric format, once for each set of dimensions. */
export function emittedMetrics(work: () => void): readonly EmittedMetric[] {
  return emittedIn(writtenLines(work));
}

/** The same of lines that were written: those of JSON, and of them those that hold metrics. */
export function emittedIn(lines: readonly string[]): readonly EmittedMetric[] {
  return lines
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      const read = v.safeParse(lineSchema, JSON.parse(line));
      if (!read.success) return [];
      const told = read.output;
      return told._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Metrics.flatMap(({ Name, Unit }) =>
          Dimensions.map((names) => ({
            namespace: Namespace,
            name: Name,
            unit: Unit,
            dimensions: names.toSorted().map((name) => [name, String(told[name])] as const),
            values: [told[Name]].flat().map(Number),
          })),
        ),
      );
    });
}

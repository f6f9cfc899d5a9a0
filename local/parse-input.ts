import * as v from 'valibot';
import { ServiceError } from './service.ts';

/**
 * Reads an operation's input by its schema. Members that the schema does not name are dropped, as AWS drops unknown
 * ones; any other mismatch is refused with `code` (HTTP 400) and the place that is wrong.
 */
export function parseInput<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  code = 'ValidationException',
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? 'the input';
  throw new ServiceError(code, 400, `${place}: ${issue.message}`);
}

import * as v from 'valibot';

/** `Time` is a date in the API and a number of epoch seconds on the wire; both are accepted. */
const entry = v.object({
  Time: v.optional(v.union([v.date(), v.number()])),
  Source: v.optional(v.string()),
  Resources: v.optional(v.array(v.string()), []),
  DetailType: v.optional(v.string()),
  Detail: v.optional(v.string()),
  EventBusName: v.optional(v.string(), 'default'),
});

export const putEventsInput = v.object({ Entries: v.pipe(v.array(entry), v.minLength(1), v.maxLength(10)) });
export type PutEventsEntry = v.InferOutput<typeof entry>;

export type EntryError = { readonly ErrorCode: string; readonly ErrorMessage: string };
export type CheckedEntry =
  | { readonly ok: false; readonly error: EntryError }
  | {
      readonly ok: true;
      readonly source: string;
      readonly detailType: string;
      readonly detail: Readonly<Record<string, unknown>>;
      readonly timeMs: number | undefined;
    };

const LONGEST_DETAIL_TYPE = 128;
const TIME_BYTES = 14;

/** The bytes of one entry towards the megabyte of a call (EventBridge User Guide, "Calculating PutEvents size"). */
export function entryBytes(given: PutEventsEntry): number {
  const texts = [given.Source, given.DetailType, given.Detail, ...given.Resources];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? '', 'utf8'), 0);
  return bytes + (given.Time === undefined ? 0 : TIME_BYTES);
}

/** Checks each entry as EventBridge does: a wrong entry fails by itself, without failing the call. */
export function checkEntry(given: PutEventsEntry): CheckedEntry {
  const { Source: source, DetailType: detailType, Detail: detail } = given;
  if (!source) return refused('InvalidArgument', required('Source'));
  if (!detailType) return refused('InvalidArgument', required('DetailType'));
  if (!detail) return refused('InvalidArgument', required('Detail'));
  if (detailType.length > LONGEST_DETAIL_TYPE) {
    return refused('InvalidArgument', 'Parameter DetailType is not valid. Reason: longer than 128 characters.');
  }
  if (source.startsWith('aws.')) return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const object = parseObject(detail);
  if (object === undefined) return refused('MalformedDetail', 'Detail is malformed.');
  const { Time: time } = given;
  return {
    ok: true,
    source,
    detailType,
    detail: object,
    timeMs: typeof time === 'number' ? time * 1000 : time?.getTime(),
  };
}

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function required(name: string): string {
  return `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
}

function refused(ErrorCode: string, ErrorMessage: string): CheckedEntry {
  return { ok: false, error: { ErrorCode, ErrorMessage } };
}

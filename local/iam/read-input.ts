import { ServiceError } from '../service.ts';

type Input = Readonly<Record<string, unknown>>;

/** Reads members of a request's input with AWS's bounds; every breach is a `ValidationError` (400). */
export function requiredText(input: Input, member: string, shape: RegExp): string {
  const value = optionalText(input, member, shape);
  if (value === undefined) throw invalid(`1 validation error detected: '${member}' must not be null`);
  return value;
}

/** `shape` also holds the bounds of length, and is matched against the whole value. */
export function optionalText(input: Input, member: string, shape: RegExp): string | undefined {
  const value = input[member];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && shape.test(value)) return value;
  throw invalid(`1 validation error detected: the value at '${member}' must satisfy the pattern ${shape.source}`);
}

/** A whole number; the query protocol sends it as text. */
export function optionalInteger(
  input: Input,
  member: string,
  range: { readonly min: number; readonly max: number },
): number | undefined {
  const value = input[member];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= range.min && number <= range.max) {
    return number;
  }
  throw invalid(`1 validation error detected: the value at '${member}' must be from ${range.min} to ${range.max}`);
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', 400, message);
}

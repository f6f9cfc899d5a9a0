import { ServiceError } from '../service.ts';

/** First and last byte, both included. */
export type ByteRange = { readonly first: number; readonly last: number };

/**
 * Reads a `Range` header for `size` bytes. `undefined` when there is none or it is not understood (the answer is then
 * the whole object, RFC 9110 §14.2); throws `InvalidRange` (416) when the range lies beyond the object.
 */
export function readByteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return undefined;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '' && last === '') return undefined;
  const range =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: Math.min(last === '' ? size - 1 : Number(last), size - 1) };
  // An end before the beginning is no range at all, unless the object itself is too short for the beginning.
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (range.first > range.last) throw new ServiceError('InvalidRange', 416, 'The requested range is not satisfiable');
  return range;
}

import * as v from 'valibot';
import { BrokerError } from '../errors.ts';

/** An opaque token for where a page ended. It tells the position in a list, never which list it is. */
export function writePageToken(position: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/** @throws request.fieldInvalid for a token that no page gave. */
export function readPageToken<Schema extends v.GenericSchema>(schema: Schema, token: string): v.InferOutput<Schema> {
  const read = v.safeParse(schema, parse(token));
  if (!read.success)
    throw new BrokerError('request.fieldInvalid', 'the cursor is not one that a page of this list gave');
  return read.output;
}

function parse(token: string): unknown {
  if (token.length > MAXIMUM_LENGTH || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const MAXIMUM_LENGTH = 1_000;

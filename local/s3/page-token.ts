import { ServiceError } from '../service.ts';

/** The opaque token with which a listing continues after the entry of the given name. */
export function writePageToken(name: string): string {
  return `p1.${Buffer.from(name, 'utf8').toString('base64url')}`;
}

/** Throws `InvalidArgument` for a token that no listing issued. */
export function readPageToken(token: string): string {
  const name = Buffer.from(token.slice(3), 'base64url').toString('utf8');
  if (writePageToken(name) !== token) {
    throw new ServiceError('InvalidArgument', 400, 'The continuation token provided is incorrect');
  }
  return name;
}

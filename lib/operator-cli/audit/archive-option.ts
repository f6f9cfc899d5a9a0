import { makeDirectorySource } from '../../platform/directory-source.ts';
import { chooseProfile } from '../../platform/environment.ts';
import type { ObjectSource } from '../../platform/object-source.ts';
import { makeS3Source, readS3Place } from '../../platform/s3-source.ts';
import { errorName } from '../../platform/store-error.ts';
import { CommandError, usageError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import type { Target } from '../session.ts';

/** Opens the archive: a directory, or a bucket that is read with the AWS settings of the user. */
export function openArchive(place: string, { region, profile }: Target): ObjectSource {
  if (!place.startsWith('s3:')) return makeDirectorySource(place);
  const bucket = readS3Place(place);
  if (bucket === undefined) throw usageError(`--archive: ${place} names no bucket.`, 'Write s3://bucket/prefix.');
  if (profile !== undefined) chooseProfile(profile);
  return makeS3Source(bucket, { region });
}

/** The names of errors of S3 and of Node. Source: S3 API Reference, "Error responses". */
const EXIT_CODE_OF: Readonly<Record<string, ExitCode>> = {
  AccessDenied: EXIT_CODES.refused,
  EACCES: EXIT_CODES.refused,
  EPERM: EXIT_CODES.refused,
  ENOENT: EXIT_CODES.usage,
  NoSuchBucket: EXIT_CODES.usage,
  CredentialsProviderError: EXIT_CODES.usage,
  InvalidAccessKeyId: EXIT_CODES.usage,
  ExpiredToken: EXIT_CODES.usage,
};

/**
 * What cannot be read is neither proven nor wrong, so nothing is reported about the rest. Bugs of ours are passed
 * through unchanged.
 */
export function unreadableArchive(name: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : errorName(error);
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new CommandError({
    code: 'cli.archiveUnreadable',
    message: `${name} cannot be read (${code}).`,
    whatToDo: 'Give --archive a directory or s3://bucket/prefix that you may list and read; nothing is proven.',
    exitCode: EXIT_CODE_OF[code] ?? EXIT_CODES.unavailable,
  });
}

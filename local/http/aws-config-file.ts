import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type AwsProfile = {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

const fileName = 'aws-config';

/**
 * Writes an AWS config file with one profile per principal, for `AWS_CONFIG_FILE`: any SDK or CLI then talks to the
 * stack as that principal. Readable by its owner only. Returns the file's path.
 */
export async function writeAwsConfigFile(options: {
  readonly directory: string;
  readonly endpoint: string;
  readonly region: string;
  readonly profiles: readonly AwsProfile[];
}): Promise<string> {
  const path = join(options.directory, fileName);
  const written = `${path}.new`;
  const text = options.profiles.map((profile) => profileSection(profile, options)).join('\n');
  await writeFile(written, text, { mode: 0o600 });
  // The mode above applies to a new file only; a file left over from an interrupted run keeps its own.
  await chmod(written, 0o600);
  await rename(written, path);
  return path;
}

function profileSection(profile: AwsProfile, target: { readonly endpoint: string; readonly region: string }): string {
  return `${[
    `[profile ${iniValue(profile.name, /^[\w.-]+$/)}]`,
    `region = ${iniValue(target.region, /^[a-z0-9-]+$/)}`,
    `endpoint_url = ${iniValue(target.endpoint, /^http:\/\/[\w.:-]+$/)}`,
    `aws_access_key_id = ${iniValue(profile.accessKeyId, /^[A-Z0-9]+$/)}`,
    `aws_secret_access_key = ${iniValue(profile.secretAccessKey, /^[\w+/=.-]+$/)}`,
    's3 =',
    '    addressing_style = path',
  ].join('\n')}\n`;
}

/** Rejects a value with a line break or a bracket, which would start another setting or profile. */
function iniValue(value: string, allowed: RegExp): string {
  // The value is not shown: it may be a secret.
  if (!allowed.test(value)) throw new RangeError(`a value for the AWS config file does not match ${allowed.source}`);
  return value;
}

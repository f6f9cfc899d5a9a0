import { type AwsProfile, writeAwsConfigFile } from '../http/aws-config-file.ts';
import type { StackBase } from './prepare.ts';

/** Writes the AWS config file: a profile for every principal of the accounts file and for every emulated account. */
export function writeProfiles({ accounts, dataDir, home }: StackBase, endpoint: string): Promise<string> {
  const ofAccounts = accounts.accounts.map((account): AwsProfile => {
    const { accountId, accessKeyId, secretAccessKey } = account;
    return { name: `customer-${accountId}`, accessKeyId, secretAccessKey };
  });
  const ofPrincipals = accounts.principals.map(({ profile, accessKeyId, secretAccessKey }): AwsProfile => {
    return { name: profile, accessKeyId, secretAccessKey };
  });
  const profiles = [...ofPrincipals, ...ofAccounts];
  return writeAwsConfigFile({ directory: dataDir, endpoint, region: home.region, profiles });
}

import type { NewBucket } from '../s3/bucket-store.ts';
import type { StackHome } from '../stack-home.ts';
import type { BucketWiring } from '../template/wiring.ts';

/** A bucket of the template, in the account and region of the deployment. */
export function deploymentBucket({ name, policy, retention }: BucketWiring, home: StackHome): NewBucket {
  return {
    name,
    accountId: home.accountId,
    region: home.region,
    isPublicAccessBlocked: true,
    encryption: 'AES256',
    ...(policy !== undefined && { policy }),
    ...(retention !== undefined && { retention }),
  };
}

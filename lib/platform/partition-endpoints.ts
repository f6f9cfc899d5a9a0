import type { Partition } from './deployment-config/deployment-config.ts';

export type PartitionEndpoints = {
  /** The host of the console, without the region that precedes it. */
  readonly console: string;
  /** The ending of the hosts of S3. */
  readonly s3: string;
  /** Matches the names of the partition's regions. */
  readonly region: RegExp;
};

/**
 * The hosts of the console and of S3 in each partition. Sources: AWS General Reference, "Partitions"; the console's
 * addresses in each partition's own user guide.
 */
export const PARTITION_ENDPOINTS: Readonly<Record<Partition, PartitionEndpoints>> = {
  aws: {
    console: 'console.aws.amazon.com',
    s3: 'amazonaws.com',
    region: /^(?!us-gov-|us-iso|eu-iso|cn-|eusc-)[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/,
  },
  'aws-cn': { console: 'console.amazonaws.cn', s3: 'amazonaws.com.cn', region: /^cn-[a-z]+-\d{1,2}$/ },
  'aws-us-gov': { console: 'console.amazonaws-us-gov.com', s3: 'amazonaws.com', region: /^us-gov-[a-z]+-\d{1,2}$/ },
  'aws-eusc': { console: 'console.amazonaws-eusc.eu', s3: 'amazonaws.eu', region: /^eusc-[a-z]{2}-[a-z]+-\d{1,2}$/ },
};

import type { Partition } from './deployment-config/deployment-config.ts';

export type PartitionEndpoints = {
  /** The console's host, without the region that stands before it. */
  readonly console: string;
  /** What the hosts of S3 end with. */
  readonly s3: string;
  /** Which names are regions of the partition. */
  readonly region: RegExp;
};

/**
 * Where a partition's console and S3 are found.
 * Sources: AWS General Reference, "Partitions"; the console's addresses in each partition's own user guide.
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

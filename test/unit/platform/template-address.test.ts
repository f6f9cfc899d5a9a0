import { describe, expect, it } from 'vitest';
import type { Partition } from '../../../lib/platform/deployment-config/deployment-config.ts';
import { readTemplateBaseUrl } from '../../../lib/platform/template-address.ts';

describe('templateBaseUrl', () => {
  const good: readonly [string, Partition, object][] = [
    ['https://b-1.s3.eu-west-1.amazonaws.com', 'aws', { bucket: 'b-1', region: 'eu-west-1', keyPrefix: '' }],
    [
      'https://b-1.s3.eu-west-1.amazonaws.com/a/v1.0',
      'aws',
      { bucket: 'b-1', region: 'eu-west-1', keyPrefix: 'a/v1.0/' },
    ],
    ['https://s3.eu-west-1.amazonaws.com/b-1', 'aws', { bucket: 'b-1', region: 'eu-west-1', keyPrefix: '' }],
    ['https://s3.eu-west-1.amazonaws.com/b-1/a', 'aws', { bucket: 'b-1', region: 'eu-west-1', keyPrefix: 'a/' }],
    ['https://bkt.s3.cn-north-1.amazonaws.com.cn', 'aws-cn', { region: 'cn-north-1' }],
    ['https://bkt.s3.us-gov-west-1.amazonaws.com', 'aws-us-gov', { region: 'us-gov-west-1' }],
    ['https://bkt.s3.eusc-de-east-1.amazonaws.eu', 'aws-eusc', { region: 'eusc-de-east-1' }],
  ];
  it.each(good)('%s is a place in %s', (text, partition, address) => {
    expect(readTemplateBaseUrl(text, partition)).toMatchObject(address);
  });

  it.each([
    ['https://bkt.s3.cn-north-1.amazonaws.com.cn', 'aws'],
    ['https://bkt.s3.us-gov-west-1.amazonaws.com', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com', 'aws-us-gov'],
    ['https://bkt.s3.eu-west-1.amazonaws.com', 'aws-cn'],
    ['https://bkt.s3.eu-west-1.amazonaws.com.evil.example', 'aws'],
    ['https://bkt.s3.eu-west-1xamazonaws.com', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonawsxcom', 'aws'],
    ['https://s3.eu-west-1.amazonaws.com', 'aws'],
    ['https://s3.eu-west-1.amazonaws.com/B', 'aws'],
    ['https://bkt.s3.amazonaws.com', 'aws'],
    ['https://b.c.s3.eu-west-1.amazonaws.com', 'aws'],
    ['https://bkt.ec2.eu-west-1.amazonaws.com', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com/', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com/a/', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com/a//b', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com/../b', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com/a?b', 'aws'],
    ['https://bkt.s3.eu-west-1.amazonaws.com/a%2e', 'aws'],
    ['https://u@bkt.s3.eu-west-1.amazonaws.com', 'aws'],
    ['http://bkt.s3.eu-west-1.amazonaws.com', 'aws'],
    ['', 'aws'],
  ] as const)('%j is none in %s', (text, partition) => {
    expect(readTemplateBaseUrl(text, partition)).toBeUndefined();
  });
});

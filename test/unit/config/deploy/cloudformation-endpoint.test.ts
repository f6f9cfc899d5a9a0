import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cloudFormationEndpoint, endpointKind } from '../../../../config/deploy/cloudformation-endpoint.ts';

const regions = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
} as const;

afterEach(() => vi.unstubAllEnvs());

describe('CloudFormation', () => {
  it.each([
    ['true', 'false', { usesFips: true, usesDualStack: false }],
    ['false', 'true', { usesFips: false, usesDualStack: true }],
  ])('is asked as every client of the SDK is told: FIPS %s, dual stack %s', async (fips, dualStack, kind) => {
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', fips);
    vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', dualStack);
    expect(await endpointKind(new STSClient({ region: 'us-east-1' }))).toEqual(kind);
  });

  it.each([
    ['aws', false, false, 'https://cloudformation.us-east-1.amazonaws.com'],
    ['aws', true, false, 'https://cloudformation-fips.us-east-1.amazonaws.com'],
    ['aws', false, true, 'https://cloudformation.us-east-1.api.aws'],
    ['aws', true, true, 'https://cloudformation-fips.us-east-1.api.aws'],
    ['aws-us-gov', false, false, 'https://cloudformation.us-gov-west-1.amazonaws.com'],
    ['aws-us-gov', true, false, 'https://cloudformation.us-gov-west-1.amazonaws.com'],
    ['aws-us-gov', true, true, 'https://cloudformation-fips.us-gov-west-1.api.aws'],
    ['aws-cn', false, false, 'https://cloudformation.cn-north-1.amazonaws.com.cn'],
    ['aws-cn', false, true, 'https://cloudformation.cn-north-1.api.amazonwebservices.com.cn'],
    ['aws-eusc', false, false, 'https://cloudformation.eusc-de-east-1.amazonaws.eu'],
    ['aws-eusc', false, true, 'https://cloudformation.eusc-de-east-1.api.amazonwebservices.eu'],
  ] as const)(
    'of %s, FIPS %s, dual stack %s, is found at its own address',
    (partition, usesFips, usesDualStack, url) => {
      const place = { homeRegion: regions[partition], partition };
      expect(cloudFormationEndpoint(place, { usesFips, usesDualStack })).toBe(url);
    },
  );
});

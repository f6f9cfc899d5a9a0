import * as v from 'valibot';
import type { Job } from '../../lib/jobs/job.ts';
import { arn, type PolicyStatement } from '../../lib/jobs/policy-statement.ts';
import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';

/** The session policies that settings must give, and the settings that must give none. */
export const accepted: readonly { name: string; settings: unknown; partition: string; resources: readonly string[] }[] =
  [
    { name: 'covers all buckets by default', settings: {}, partition: 'aws', resources: ['*'] },
    {
      name: 'covers the buckets that begin as the settings say',
      settings: { bucketNamePrefixes: ['logs-', 'audit.'] },
      partition: 'aws',
      resources: ['arn:aws:s3:::logs-*', 'arn:aws:s3:::audit.*'],
    },
    {
      name: 'names the partition in China',
      settings: { bucketNamePrefixes: ['abc'] },
      partition: 'aws-cn',
      resources: ['arn:aws-cn:s3:::abc*'],
    },
    {
      name: 'names the partition in GovCloud',
      settings: { bucketNamePrefixes: ['abc'] },
      partition: 'aws-us-gov',
      resources: ['arn:aws-us-gov:s3:::abc*'],
    },
    {
      name: 'names the partition of the European sovereign cloud',
      settings: { bucketNamePrefixes: ['abc'] },
      partition: 'aws-eusc',
      resources: ['arn:aws-eusc:s3:::abc*'],
    },
    {
      name: 'takes ten prefixes of 63 characters',
      settings: { bucketNamePrefixes: Array.from({ length: 10 }, () => 'b'.repeat(63)) },
      partition: 'aws',
      resources: Array.from({ length: 10 }, () => `arn:aws:s3:::${'b'.repeat(63)}*`),
    },
  ];

export const refused: readonly { name: string; settings: unknown; parameter: string }[] = [
  { name: 'nothing at all', settings: undefined, parameter: 'settings' },
  { name: 'a list', settings: [], parameter: 'settings' },
  { name: 'a text', settings: 'logs-', parameter: 'settings' },
  { name: 'an unknown key', settings: { buckets: ['logs-'] }, parameter: 'buckets' },
  { name: 'another case of a key', settings: { BucketNamePrefixes: ['logs-'] }, parameter: 'BucketNamePrefixes' },
  { name: 'a key that is itself an attack', settings: { '"},{"Effect":"Allow"': 1 }, parameter: 'settings' },
  { name: 'a text in place of the list', settings: { bucketNamePrefixes: 'logs-' }, parameter: 'bucketNamePrefixes' },
  { name: 'an empty list', settings: { bucketNamePrefixes: [] }, parameter: 'bucketNamePrefixes' },
  {
    name: 'eleven prefixes',
    settings: { bucketNamePrefixes: Array.from({ length: 11 }, () => 'logs-') },
    parameter: 'bucketNamePrefixes',
  },
  { name: 'a number', settings: { bucketNamePrefixes: [123] }, parameter: 'bucketNamePrefixes.0' },
  { name: 'two characters', settings: { bucketNamePrefixes: ['ab'] }, parameter: 'bucketNamePrefixes.0' },
  { name: '64 characters', settings: { bucketNamePrefixes: ['b'.repeat(64)] }, parameter: 'bucketNamePrefixes.0' },
  { name: 'a wildcard', settings: { bucketNamePrefixes: ['logs-', 'a*b'] }, parameter: 'bucketNamePrefixes.1' },
  { name: 'a capital', settings: { bucketNamePrefixes: ['Logs'] }, parameter: 'bucketNamePrefixes.0' },
  { name: 'a slash', settings: { bucketNamePrefixes: ['logs/a'] }, parameter: 'bucketNamePrefixes.0' },
  { name: 'a line feed at the end', settings: { bucketNamePrefixes: ['logs\n'] }, parameter: 'bucketNamePrefixes.0' },
  {
    name: 'a letter that looks like another',
    settings: { bucketNamePrefixes: ['lоgs'] },
    parameter: 'bucketNamePrefixes.0',
  },
];

/** Texts that widened or rewrote policies elsewhere, and what a text can do to JSON or to IAM's own variables. */
export const injections: readonly string[] = [
  '',
  '*',
  '?',
  'a*',
  'a?c',
  'logs-*/*',
  '${aws:username}',
  '$' + '{*}',
  'a${aws:PrincipalTag/x}',
  '{}',
  '"',
  'a","Resource":"*',
  'a"},{"Effect":"Allow","Action":"*","Resource":"*"},{"x":"',
  'a\\',
  'a\\u002a',
  '\u002a',
  'a\nb',
  'a\tb',
  'a b',
  'a\u0000b',
  'a\u200bb',
  'a\uff0ab',
  'а',
  'é',
  '😀',
  '\ud800',
  'a'.repeat(513),
  "a'--",
  'a;b',
  'a|b',
  'a<b>',
  'a%2a',
];

/** The one golden policy of scan-account; its resources are the only leaves that settings may change. */
export function policyOf(resources: readonly string[], fence: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:ListAllMyBuckets'], Resource: ['*'] },
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketPublicAccessBlock', 's3:GetEncryptionConfiguration'],
        Resource: resources,
      },
      {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { DateGreaterThan: { 'aws:CurrentTime': fence } },
      },
    ],
  };
}

/** A job as careless as can be: it takes any text and puts it wherever a leaf can stand. */
export function careless(
  statement: (text: string, partition: string) => Partial<PolicyStatement>,
): Job<{ text: string }> {
  return {
    ...scanAccountJob,
    settingsSchema: v.looseObject({ text: v.string() }),
    defaultSettings: { text: 'a' },
    largestSettings: { text: 'a' },
    sessionPolicy: ({ text }, { partition }) => [
      {
        effect: 'Allow',
        actions: ['s3:GetObject'],
        resources: [arn({ partition, service: 's3', resource: 'b/o' })],
        ...statement(text, partition),
      },
    ],
  };
}

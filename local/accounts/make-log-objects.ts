/**
 * Writes the CloudTrail files of the emulated accounts' buckets, always the same: `npx node
 * local/accounts/make-log-objects.ts [directory]`, by default where `emulated-accounts.json` names them. The last file
 * is cut off in the middle, like an upload that broke.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const ACCOUNT = '333333333333';
const REGION = 'us-west-2';
const START_MS = Date.parse('2026-11-20T00:00:00Z');
const directory = process.argv[2] ?? path.join(import.meta.dirname, 'objects');

type Caller = { readonly type: string; readonly arn?: string; readonly invokedBy?: string };

const deployer: Caller = { type: 'AssumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/build-4711` };
const analyst: Caller = { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/analyst` };
const loadBalancer: Caller = { type: 'AWSService', invokedBy: 'elasticloadbalancing.amazonaws.com' };

type Call = readonly [caller: Caller, service: string, eventName: string, errorCode?: string];
const CALLS: readonly Call[] = [
  [deployer, 's3', 'PutObject'],
  [deployer, 'lambda', 'UpdateFunctionCode20150331v2'],
  [analyst, 's3', 'GetObject'],
  [analyst, 's3', 'GetObject', 'AccessDenied'],
  [loadBalancer, 's3', 'PutObject'],
  [deployer, 'ec2', 'DescribeInstances', 'Client.UnauthorizedOperation'],
  [analyst, 'sts', 'GetCallerIdentity'],
];

mkdirSync(directory, { recursive: true });
write('globex-trail-0005.json.gz', fileOf(0, 24));
write('globex-trail-0010.json.gz', fileOf(24, 17));
const broken = fileOf(41, 30);
write('globex-trail-0015-cut-off.json.gz', broken.subarray(0, Math.floor(broken.length / 2)));

function fileOf(first: number, count: number): Buffer {
  const records = Array.from({ length: count }, (_, index) => recordOf(first + index));
  return gzipSync(JSON.stringify({ Records: records }), { level: 9 });
}

function recordOf(number: number): object {
  // Seven kinds of calls, the first ones more often.
  const [caller, service, eventName, errorCode] = CALLS[((number * number) % 11) % CALLS.length] ?? CALLS[0] ?? [];
  return {
    eventVersion: '1.11',
    userIdentity: { ...caller, ...(caller?.arn === undefined ? {} : { accountId: ACCOUNT }) },
    eventTime: new Date(START_MS + number * 7_000).toISOString().replace('.000Z', 'Z'),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: REGION,
    sourceIPAddress: caller?.invokedBy ?? '198.51.100.7',
    userAgent: caller?.invokedBy ?? '[aws-sdk-js/3.1162.0 {"os":"linux"}]',
    ...(errorCode === undefined ? {} : { errorCode, errorMessage: 'not authorized to perform this action' }),
    requestParameters: { key: `orders/2026/${number}.json` },
    responseElements: null,
    requestID: idOf('request', number),
    eventID: idOf('event', number),
    readOnly: /^(Get|Describe)/.test(eventName ?? ''),
    eventType: 'AwsApiCall',
    managementEvent: service !== 's3',
    recipientAccountId: ACCOUNT,
    eventCategory: service === 's3' ? 'Data' : 'Management',
  };
}

function idOf(kind: string, number: number): string {
  const hex = createHash('sha256').update(`${kind} ${number}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function write(name: string, bytes: Buffer): void {
  writeFileSync(path.join(directory, name), bytes);
}

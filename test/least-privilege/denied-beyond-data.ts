import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { OWN, region } from '../architecture/packaged-access.ts';
import type { Refusal } from './function-table.ts';
import {
  actions,
  archive,
  bus,
  functionArn,
  logStream,
  ownRole,
  ownTenantRole,
  queue,
  tenantRole,
  withId,
} from './resources.ts';

const QUEUES = ['requests', 'requests-dlq', 'rule-dlq', 'job-failures', 'observations', 'observations-dlq'];
const FUNCTIONS = ['issue-credentials', 'vend-credentials', 'request-job', 'verify-trust', ...jobCatalogue.keys()];

/** What no function may besides its data: roles, code, logs, messages, the archive. */
export function deniedBeyondData(name: string): Refusal[] {
  return [...ofRoles(), ...ofCodeAndLogs(name), ...ofMessages(), ...ofTheArchive()];
}

function ofRoles(): Refusal[] {
  const assume = actions('sts', 'AssumeRole');
  return [
    {
      because: 'a role outside the pattern is nobody’s',
      actions: assume,
      resources: [tenantRole.replace(/credential-broker\/audit/, 'admin')],
      context: withId,
    },
    {
      because: 'sessions are made in the home region',
      actions: assume,
      resources: [tenantRole],
      context: withId,
      region: 'us-east-1',
    },
    {
      because: 'our own account is no tenant',
      actions: assume,
      resources: [ownTenantRole, ownRole('administrator')],
      context: withId,
    },
    // Were aws:ResourceAccount absent or wrong, the ARN would still tell; and the other way round.
    {
      because: 'nor by ARN alone',
      actions: assume,
      resources: [ownTenantRole],
      resourceAccountId: '222222222222',
      context: withId,
    },
    {
      because: 'nor by account alone',
      actions: assume,
      resources: [tenantRole],
      resourceAccountId: OWN,
      context: withId,
    },
    {
      because: 'no other way into a session or a role',
      actions: actions('sts', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML', 'GetFederationToken'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'nobody changes who may what',
      actions: actions('iam', 'PassRole', 'PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy', 'CreateRole'),
      resources: [ownRole('administrator'), tenantRole],
    },
  ];
}

function ofCodeAndLogs(name: string): Refusal[] {
  const own = functionArn(name);
  return [
    {
      because: 'code is deployed, and nothing invokes itself',
      actions: actions(
        'lambda',
        'UpdateFunctionCode',
        'UpdateFunctionConfiguration',
        'AddPermission',
        'DeleteFunction',
      ),
      resources: [own, ...FUNCTIONS.map(functionArn)],
    },
    { because: 'nothing invokes itself', actions: actions('lambda', 'InvokeFunction'), resources: [own] },
    {
      because: 'what was logged stays, and is read by people',
      actions: actions('logs', 'DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy', 'GetLogEvents'),
      resources: [logStream(name)],
    },
    {
      because: 'logs of others are theirs',
      actions: actions('logs', 'PutLogEvents'),
      resources: [logStream('another')],
    },
  ];
}

function ofMessages(): Refusal[] {
  return [
    {
      because: 'no queue is emptied or opened to others',
      actions: actions(
        'sqs',
        'PurgeQueue',
        'SetQueueAttributes',
        'AddPermission',
        'DeleteQueue',
        'StartMessageMoveTask',
      ),
      resources: QUEUES.map(queue),
    },
    {
      because: 'nobody writes by hand what was set aside',
      actions: actions('sqs', 'SendMessage'),
      resources: [queue('rule-dlq'), queue('observations-dlq')],
    },
    {
      because: 'nobody asks as a service',
      actions: actions('events', 'PutEvents'),
      resources: [bus],
      context: { 'events:source': 'com.example.scans', 'events:detail-type': 'RunJob' },
    },
    {
      because: 'a request under the broker’s own name would have no requester',
      actions: actions('events', 'PutEvents'),
      resources: [bus],
      context: { 'events:source': 'credential-broker', 'events:detail-type': 'RunJob' },
    },
    {
      because: 'rules are the deployment’s',
      actions: actions('events', 'PutRule', 'DisableRule', 'PutTargets', 'DeleteRule'),
      resources: [bus, `arn:aws:events:${region}:${OWN}:rule/x`],
    },
  ];
}

function ofTheArchive(): Refusal[] {
  const object = [`${archive}/changes/x`];
  return [
    {
      because: 'what is archived stays as it is',
      actions: actions(
        's3',
        'DeleteObject',
        'DeleteObjectVersion',
        'BypassGovernanceRetention',
        'PutObjectRetention',
        'PutObjectLegalHold',
      ),
      resources: object,
      context: { 's3:if-none-match': '*' },
    },
    {
      because: 'the archive’s bucket is the deployment’s',
      actions: actions('s3', 'PutBucketPolicy', 'DeleteBucket', 'PutLifecycleConfiguration'),
      resources: [archive],
    },
    {
      because: 'there is no other bucket',
      actions: actions('s3', 'GetObject', 'PutObject', 'ListBucket'),
      resources: ['arn:aws:s3:::another', 'arn:aws:s3:::another/x'],
      context: { 's3:if-none-match': '*' },
    },
    {
      because: 'nobody silences CloudTrail',
      actions: actions('cloudtrail', 'StopLogging', 'DeleteTrail', 'PutEventSelectors', 'LookupEvents'),
      resources: [`arn:aws:cloudtrail:${region}:${OWN}:trail/x`],
    },
  ];
}

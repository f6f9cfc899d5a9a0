import { ARCHIVE_PARTITION, ARCHIVE_TABLE, archiveColumns } from '../../lib/audit/views/archive-table.ts';
import { athenaNames } from '../../lib/audit/views/athena-names.ts';
import { athenaQuery, lastDays } from '../../lib/audit/views/athena-query.ts';
import { CLOUDTRAIL_TABLE, cloudTrailColumns } from '../../lib/audit/views/cloudtrail-table.ts';
import { type Fields, glueType } from '../../lib/audit/views/sql-type.ts';
import { rolePatternOf } from '../../lib/audit/views/view.ts';
import { namedViews, neededBy, queryOfView } from '../../lib/audit/views/views.ts';
import type { CloudTrailFiles, DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { archivePlace } from '../hardening/archive-place.ts';
import { ownAccount, type TemplateValue } from './template-value.ts';

type Resources = Record<string, TemplateValue>;
type Settings = Pick<DeploymentConfig, 'audit' | 'hardening' | 'homeRegion'>;

/** No deployment has an archive from before this day. */
const FIRST_DAY = '2026-01-01';
const SAVED_DAYS = 31;
/** For partitions by day. Source: Athena User Guide, "Supported types for partition projection". */
const EACH_DAY = { 'projection.dt.interval': '1', 'projection.dt.interval.unit': 'DAYS' };

/**
 * The Athena resources that follow from the audit's views: the tables over the archive and the trail, and each view as
 * a saved query. All other Athena resources are in `config/resources/athena.yml`.
 */
export function athenaResources(settings: Settings, { stage }: { readonly stage: string }): Resources {
  const { audit, homeRegion } = settings;
  const trail = audit?.cloudTrail;
  return {
    ArchiveTable: archiveTable(archivePlace(settings, { stage }).bucket),
    ...(trail === undefined ? {} : { CloudTrailTable: cloudTrailTable(trail, homeRegion) }),
    ...(trail === undefined ? {} : { TrailReadersPolicy: trailReaders(trail, stage) }),
    ...savedQueries({ stage, hasTrail: trail !== undefined }),
  };
}

function archiveTable(bucket: TemplateValue): TemplateValue {
  const prefix = ['s3://', bucket, '/changes/'];
  return tableOf({
    name: ARCHIVE_TABLE,
    description: 'Every change of the ledger, as the archive holds it',
    fields: archiveColumns,
    partitions: [ARCHIVE_PARTITION],
    location: joined(prefix),
    parameters: {
      classification: 'json',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': `${FIRST_DAY},NOW`,
      ...EACH_DAY,
      'storage.location.template': joined([...prefix, 'dt=', ...placeholder('dt')]),
    },
    // A line that is no record fails a query; nothing is skipped.
    serde: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  });
}

/** Source: Athena User Guide, "Create a table for CloudTrail logs in Athena using partition projection". */
function cloudTrailTable(
  { bucket, prefix, accountIds = [], regions = [] }: CloudTrailFiles,
  home: string,
): TemplateValue {
  const location = `s3://${bucket}/${prefix}/`;
  return tableOf({
    name: CLOUDTRAIL_TABLE,
    description: 'The records of CloudTrail, of every service',
    fields: cloudTrailColumns,
    partitions: ['account', 'region', ARCHIVE_PARTITION],
    location,
    parameters: {
      classification: 'cloudtrail',
      'projection.account.type': 'enum',
      'projection.account.values': { 'Fn::Sub': [ownAccount, ...accountIds].join(',') },
      'projection.region.type': 'enum',
      'projection.region.values': [...new Set([home, ...regions])].join(','),
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy/MM/dd',
      'projection.dt.range': `${FIRST_DAY.replaceAll('-', '/')},NOW`,
      ...EACH_DAY,
      'storage.location.template': joined([
        location,
        ...placeholder('account'),
        '/CloudTrail/',
        ...placeholder('region'),
        '/',
        ...placeholder('dt'),
      ]),
    },
    serde: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
    inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
  });
}

type Table = {
  readonly name: string;
  readonly description: string;
  readonly fields: Fields;
  readonly partitions: readonly string[];
  readonly location: TemplateValue;
  readonly parameters: { readonly [name: string]: TemplateValue };
  readonly serde: TemplateValue;
  readonly inputFormat: string;
};

function tableOf({
  name,
  description,
  fields,
  partitions,
  location,
  parameters,
  serde,
  inputFormat,
}: Table): TemplateValue {
  return {
    Type: 'AWS::Glue::Table',
    Properties: {
      CatalogId: { Ref: 'AWS::AccountId' },
      DatabaseName: { Ref: 'AuditDatabase' },
      TableInput: {
        Name: name,
        Description: description,
        TableType: 'EXTERNAL_TABLE',
        Parameters: { EXTERNAL: 'TRUE', 'projection.enabled': 'true', ...parameters },
        PartitionKeys: partitions.map((partition) => ({ Name: partition, Type: 'string' })),
        StorageDescriptor: {
          Location: location,
          InputFormat: inputFormat,
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          SerdeInfo: serde,
          Columns: Object.entries(fields).map(([column, type]) => ({
            Name: column.toLowerCase(),
            Type: glueType(type),
          })),
        },
      },
    },
  };
}

/** Every view whose tables exist, over the last days. */
function savedQueries({ stage, hasTrail }: { readonly stage: string; readonly hasTrail: boolean }): Resources {
  const { database } = athenaNames(stage);
  const there = namedViews.filter(
    ({ name }) => hasTrail || !neededBy(new Set([name])).tables.includes(CLOUDTRAIL_TABLE),
  );
  const queries = there.map(({ name, about }) => {
    const query = athenaQuery({
      query: queryOfView(name),
      database,
      days: lastDays(SAVED_DAYS),
      context: { rolePattern: rolePatternOf(stage) },
    });
    const properties = {
      Name: name,
      Description: about,
      Database: { Ref: 'AuditDatabase' },
      WorkGroup: { Ref: 'AuditWorkGroup' },
      QueryString: query,
    };
    return [`SavedQuery${idOf(name)}`, { Type: 'AWS::Athena::NamedQuery', Properties: properties }] as const;
  });
  return Object.fromEntries(queries);
}

/**
 * The trail's bucket is another stack's, and often another account's: its own policy has to admit the auditors, too.
 */
function trailReaders({ bucket, prefix }: CloudTrailFiles, stage: string): TemplateValue {
  const arn = `arn:\${AWS::Partition}:s3:::${bucket}`;
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: `credential-broker-${stage}-trail-readers`,
      Description: 'Lets its holder ask Athena about the trail, beside what the auditors may',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'ListTrail',
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: { 'Fn::Sub': arn },
            Condition: { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] }, ...throughAthena() },
          },
          {
            Sid: 'ReadTrail',
            Effect: 'Allow',
            Action: 's3:GetObject',
            Resource: { 'Fn::Sub': `${arn}/${prefix}/*` },
            Condition: throughAthena(),
          },
        ],
      },
    },
  };
}

/** Source: Athena User Guide, "Use CalledVia context keys for Athena". */
function throughAthena(): { readonly [key: string]: TemplateValue } {
  return { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['athena.amazonaws.com'] } };
}

/** `session_verdicts` → `SessionVerdicts`. */
function idOf(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A placeholder that Glue fills in, and that neither CloudFormation nor the packaging may take for one of theirs. */
function placeholder(name: string): readonly TemplateValue[] {
  return ['$', `{${name}}`];
}

function joined(parts: readonly TemplateValue[]): TemplateValue {
  return { 'Fn::Join': ['', parts] };
}

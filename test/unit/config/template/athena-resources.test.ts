import { describe, expect, it } from 'vitest';
import { athenaResources } from '../../../../config/template/athena-resources.ts';
import { archiveColumns } from '../../../../lib/audit/views/archive-table.ts';
import { cloudTrailColumns } from '../../../../lib/audit/views/cloudtrail-table.ts';
import { glueType } from '../../../../lib/audit/views/sql-type.ts';
import { namedViews } from '../../../../lib/audit/views/views.ts';
import { trinoGrammar } from '../../../support/sql-world/trino-grammar.ts';

const cloudTrail = {
  bucket: 'org-trail',
  prefix: 'AWSLogs/o-abc123def4',
  accountIds: ['222222222222'],
  regions: ['us-east-1'],
};
type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

function made(audit?: { readonly cloudTrail: typeof cloudTrail }): ReadonlyMap<string, Resource> {
  const settings = { homeRegion: 'eu-west-1', ...(audit !== undefined && { audit }) };
  const resources = athenaResources(settings, { stage: 'dev' }) as Record<string, Resource>;
  return new Map(Object.entries(resources));
}

function tableOf(resources: ReadonlyMap<string, Resource>, name: string) {
  const { TableInput } = resources.get(name)?.Properties ?? {};
  return TableInput as {
    readonly Name: string;
    readonly Parameters: Readonly<Record<string, unknown>>;
    readonly PartitionKeys: readonly { readonly Name: string; readonly Type: string }[];
    readonly StorageDescriptor: {
      readonly Location: unknown;
      readonly SerdeInfo: unknown;
      readonly InputFormat: string;
      readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
    };
  };
}

const columnsOf = (fields: typeof archiveColumns) =>
  Object.entries(fields).map(([name, type]) => ({ Name: name.toLowerCase(), Type: glueType(type) }));

describe('the tables of Athena', () => {
  it('has the archive’s lines by their days, with the columns of the views', () => {
    const table = tableOf(made(), 'ArchiveTable');
    expect(table.Name).toBe('archive_changes');
    expect(table.StorageDescriptor.Columns).toEqual(columnsOf(archiveColumns));
    expect(table.PartitionKeys).toEqual([{ Name: 'dt', Type: 'string' }]);
    expect(table.Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': '2026-01-01,NOW',
      'storage.location.template': {
        'Fn::Join': ['', ['s3://', { Ref: 'ArchiveBucket' }, '/changes/', 'dt=', '$', '{dt}']],
      },
    });
    expect(table.StorageDescriptor.SerdeInfo).toEqual({ SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' });
  });

  it('has CloudTrail’s records by account, region and day, the source identity among them, where the files are named', () => {
    const table = tableOf(made({ cloudTrail }), 'CloudTrailTable');
    const { Columns, InputFormat, Location } = table.StorageDescriptor;
    expect(Columns).toEqual(columnsOf(cloudTrailColumns));
    expect(Columns.find(({ Name }) => Name === 'useridentity')?.Type).toMatch(/sourceidentity:string>>$/);
    expect(Columns.find(({ Name }) => Name === 'requestparameters')?.Type).toBe('string');
    expect([Location, InputFormat]).toEqual([
      's3://org-trail/AWSLogs/o-abc123def4/',
      'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
    ]);
    expect(table.PartitionKeys.map(({ Name }) => Name)).toEqual(['account', 'region', 'dt']);
    expect(table.Parameters).toMatchObject({
      'projection.account.values': { 'Fn::Sub': '${AWS::AccountId},222222222222' },
      'projection.region.values': 'eu-west-1,us-east-1',
      'projection.dt.format': 'yyyy/MM/dd',
    });
    const template = table.Parameters['storage.location.template'] as { 'Fn::Join': [string, readonly string[]] };
    expect(template['Fn::Join'][1].join('')).toBe(
      's3://org-trail/AWSLogs/o-abc123def4/${account}/CloudTrail/${region}/${dt}',
    );
  });

  it('has no table of CloudTrail, and lets nobody read a trail, where no files are named', () => {
    const resources = made();
    expect([...resources.keys()].filter((name) => /Trail/.test(name))).toEqual([]);
  });

  it('lets the trail be read through Athena alone', () => {
    const { PolicyDocument } = made({ cloudTrail }).get('TrailReadersPolicy')?.Properties ?? {};
    const { Statement } = PolicyDocument as { Statement: readonly { Condition: unknown; Resource: unknown }[] };
    expect(Statement.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::org-trail' },
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::org-trail/AWSLogs/o-abc123def4/*' },
    ]);
    for (const { Condition } of Statement) {
      expect(Condition).toMatchObject({ 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['athena.amazonaws.com'] } });
    }
  });
});

describe('the saved queries', () => {
  const saved = (resources: ReadonlyMap<string, Resource>) =>
    [...resources.values()]
      .filter(({ Type }) => Type === 'AWS::Athena::NamedQuery')
      .map(({ Properties }) => Properties);

  it('are every view, as SQL by Trino’s grammar, over the last days', async () => {
    const problemsOf = await trinoGrammar();
    const queries = saved(made({ cloudTrail }));
    expect(queries.map(({ Name }) => Name)).toEqual(namedViews.map(({ name }) => name));
    for (const { Name, QueryString } of queries) {
      expect(problemsOf(String(QueryString)), String(Name)).toEqual([]);
      // Source: Athena API Reference, CreateNamedQuery.
      expect(String(QueryString).length).toBeLessThan(262_144);
      expect(QueryString).toMatch(/dt >= .*interval '30' day/);
    }
  });

  it('are those about the archive alone where there is no CloudTrail', () => {
    const names = saved(made()).map(({ Name }) => Name);
    expect(names).toContain('live_sessions');
    expect(names).not.toContain('assumptions');
    expect(names).not.toContain('session_verdicts');
  });
});

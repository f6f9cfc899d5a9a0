import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DeployedTemplate, readDeployedTemplate } from '../../config/deploy/deployed-template.ts';
import {
  PINS_FILE,
  type Pins,
  pinsOf,
  pinsText,
  problemsWithPins,
  readPins,
  withNewPins,
} from '../../config/deploy/pinned-resources.ts';
import { REPLACING_PROPERTIES } from '../../config/deploy/replacing-properties.ts';
import { stackPolicy } from '../../config/deploy/stack-policy.ts';
import { packageStage } from '../../config/package/package-stage.ts';
import { packageWith } from './hardening/hardened-template.ts';

let template: DeployedTemplate;
let inDev: DeployedTemplate;
let hardened: DeployedTemplate;
beforeAll(async () => {
  template = await packaged('local');
  inDev = await packaged('dev');
  const settings = { vpc: { cidr: '10.42.0.0/24', zones: 3 }, onRevokedSessions: 'pause' };
  hardened = readDeployedTemplate((await packageWith(settings)).text);
}, 120_000);

/** What is there with settings of `hardening` alone. */
function hardenedPins(): Pins {
  const own = pinsOf(template, 'local');
  const added = Object.entries(pinsOf(hardened, 'local')).filter(([id]) => !Object.hasOwn(own, id));
  return Object.fromEntries(added.map(([id, pin]) => [id, { ...pin, withHardening: true as const }]));
}

async function packaged(stage: string): Promise<DeployedTemplate> {
  const { templatePath } = await packageStage({ stage, log: () => undefined });
  return readDeployedTemplate(readFileSync(templatePath, 'utf8'));
}

const problems = (changed: DeployedTemplate = template) => problemsWithPins(changed, 'local', readPins());
const without = (id: string): DeployedTemplate => {
  const { [id]: _gone, ...Resources } = template.Resources;
  return { ...template, Resources };
};
const withProperty = (id: string, name: string, value: unknown): DeployedTemplate => {
  const resource = template.Resources[id] ?? { Type: 'none', Properties: {} };
  const changed = { ...resource, Properties: { ...resource.Properties, [name]: value } };
  return { ...template, Resources: { ...template.Resources, [id]: changed } };
};

/**
 * What can be made anew without harm to anybody: it watches, shows or wires, or follows the configuration. A type that is
 * neither here nor in `REPLACING_PROPERTIES` is one that nobody has thought about yet.
 */
const RELIED_ON_BY_NOBODY = [
  'AWS::Athena::NamedQuery',
  'AWS::Athena::WorkGroup',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::Events::EventBusPolicy',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
];

describe('what is deployed once', () => {
  // `-u` pins what is new. It changes and removes no pin: whoever has to do that takes it out of the file by hand, and
  // says in the commit what becomes of those who rely on it.
  it('is pinned, all of it, in config/deploy/pinned-resources.yml (-u adds what is new)', async () => {
    const found = { ...hardenedPins(), ...pinsOf(template, 'local') };
    await expect(pinsText(withNewPins(readPins(), found))).toMatchFileSnapshot(PINS_FILE);
  });

  it('is never renamed, replaced or removed', () => {
    expect(problems().filter(({ kind }) => kind !== 'new')).toEqual([]);
  });

  it('has the same logical ids in every stage, and names that differ by the stage alone', () => {
    expect(problemsWithPins(inDev, 'dev', readPins())).toEqual([]);
  });

  it('is pinned, too, where it comes with a setting of hardening, and is the same there', () => {
    expect(problemsWithPins(hardened, 'local', readPins())).toEqual([]);
    const added = Object.entries(readPins()).filter(([, pin]) => pin.withHardening);
    expect(added.map(([id]) => id)).toEqual(Object.keys(hardenedPins()).sort());
    expect(added.map(([id]) => id)).toEqual(
      expect.arrayContaining(['Network', 'NetworkEndpointOfSts', 'NetworkSubnet3', 'SessionsRevokedRule']),
    );
    for (const [id, { type }] of added) expect(hardened.Resources[id]?.Type, id).toBe(type);
  });

  it('fits into a stack policy, hardened as well', () => {
    expect(() => stackPolicy(Object.keys(hardened.Resources), readPins())).not.toThrow();
  });

  it('is nothing that a list of types leaves out: each type is there, or known to be relied on by nobody', () => {
    const pinned = new Set(Object.values(readPins()).map(({ type }) => type));
    expect([...pinned].sort()).toEqual(Object.keys(REPLACING_PROPERTIES).sort());
    expect(Object.keys(readPins()).length).toBeGreaterThan(75);
    const all = [template, inDev, hardened].flatMap(({ Resources }) =>
      Object.values(Resources).map(({ Type }) => Type),
    );
    const others = new Set(all.filter((type) => !pinned.has(type)));
    expect([...others].sort()).toEqual(RELIED_ON_BY_NOBODY);
  });

  it('is kept when its stack goes, where data lies in it', () => {
    const kept = Object.entries(readPins()).flatMap(([id, pin]) => (pin.kept ? [id] : []));
    expect(kept).toEqual([
      'ArchiveBucket',
      'ArchiveBucketPolicy',
      'DigestsKey',
      'EnvelopesKey',
      'LedgerTable',
      'LimitsTable',
      'ReceiptsKey',
      'SwitchesTable',
      'TablesKey',
      'TenantsTable',
    ]);
    const ofData = Object.values(readPins()).filter(({ type }) => /^AWS::(DynamoDB::Table|KMS::Key)$/.test(type));
    expect(ofData.map((pin) => pin.kept)).toEqual(ofData.map(() => true));
  });
});

describe('a change of what is pinned', () => {
  it.each(['IssueCredentialsRole', 'VendCredentialsRole', 'VerifyTrustRole'])(
    'is told with what it does to customers: %s renamed',
    (id) => {
      expect(problems(withProperty(id, 'RoleName', 'another'))).toEqual([
        {
          logicalId: id,
          kind: 'changed',
          what: expect.stringMatching(
            /^RoleName is "another" and was "credential-broker-<stage>-.*every customer names this role/,
          ),
        },
      ]);
    },
  );

  it.each([
    ['a table’s key', 'LedgerTable', 'KeySchema', [{ AttributeName: 'id', KeyType: 'HASH' }]],
    [
      'the type of an attribute',
      'SwitchesTable',
      'AttributeDefinitions',
      [{ AttributeName: 'switchId', AttributeType: 'N' }],
    ],
    ['a table’s stream', 'LedgerTable', 'StreamSpecification', { StreamViewType: 'KEYS_ONLY' }],
    ['a table’s local index', 'TenantsTable', 'LocalSecondaryIndexes', [{ IndexName: 'other' }]],
    ['a table’s name', 'TenantsTable', 'TableName', 'tenants'],
    ['a queue’s name', 'RequestsQueue', 'QueueName', 'requests'],
    ['a role’s path', 'VerifyTrustRole', 'Path', '/broker/'],
    ['the kind of a key', 'DigestsKey', 'KeySpec', 'RSA_2048'],
    ['where an address leads', 'RequestDashjobLambdaFunctionUrl', 'TargetFunctionArn', 'arn:elsewhere'],
    ['a function’s name', 'IssueDashcredentialsLambdaFunction', 'FunctionName', 'issue'],
    ['a policy’s description', 'OperatorsPolicy', 'Description', 'For operators'],
  ])('is seen: %s', (_what, id, name, value) => {
    expect(problems(withProperty(id, name, value)).map(({ logicalId, kind }) => [logicalId, kind])).toEqual([
      [id, 'changed'],
    ]);
  });

  it('is seen where a resource is gone, or has another logical id', () => {
    expect(problems(without('RequestsQueue'))).toEqual([
      { logicalId: 'RequestsQueue', kind: 'gone', what: expect.stringContaining('lost') },
    ]);
    const queue = template.Resources['RequestsQueue'] ?? { Type: 'none', Properties: {} };
    const renamed = { ...template, Resources: { ...without('RequestsQueue').Resources, AskingQueue: queue } };
    expect(problems(renamed).map(({ logicalId, kind }) => [logicalId, kind])).toEqual([
      ['RequestsQueue', 'gone'],
      ['AskingQueue', 'new'],
    ]);
  });

  it('is seen where data would go with its stack', () => {
    const table = template.Resources['LedgerTable'] ?? { Type: 'none', Properties: {} };
    const { DeletionPolicy: _gone, ...rest } = table;
    const changed = { ...template, Resources: { ...template.Resources, LedgerTable: rest } };
    expect(problems(changed)).toMatchObject([{ kind: 'changed', what: expect.stringContaining('must be Retain') }]);
  });

  it('is none where a policy, a time-out or an index changes', () => {
    const changes = [
      withProperty('IssueCredentialsRole', 'Policies', []),
      withProperty('IssueDashcredentialsLambdaFunction', 'Timeout', 31),
      withProperty('LedgerTable', 'GlobalSecondaryIndexes', []),
      withProperty('SwitchesTable', 'AttributeDefinitions', [
        { AttributeName: 'switchId', AttributeType: 'S' },
        { AttributeName: 'newIndexed', AttributeType: 'N' },
      ]),
    ];
    for (const changed of changes) expect(problems(changed)).toEqual([]);
  });
});

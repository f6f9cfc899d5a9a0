import { existsSync } from 'node:fs';
import path from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageStage } from '../../../config/package/package-stage.ts';
import { projectRoot } from '../../../config/stage-config.ts';
import { readSignedDigest, signatureHolds } from '../../../lib/audit/archive/digests/signed-digest.ts';
import { makeSignRequest } from '../../../lib/client/sign-request.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { describeAt, ministack } from '../outside-endpoint.ts';
import { type ArchiveOnMinistack, archiveAt } from './archive-on-ministack.ts';
import { type Compared, compareDeployed } from './compare-deployed.ts';
import { type Deployment, deployOntoMinistack } from './deploy-template.ts';
import { isSecurityRelevant, PROPERTIES_LOST, TYPES_LEFT_OUT } from './not-kept.ts';
import { deploymentReport } from './report.ts';
import { placeAt, reachStage, type StageOnMinistack } from './stage-on-ministack.ts';

const SCANS = 'com.example.scans';
const JOB = 'scan-account';

/** The packaged template on a CloudFormation that nobody here wrote, and the main job on what it made. */
describeAt(ministack, 'the packaged stage, deployed onto MiniStack', (endpoint) => {
  const place = placeAt(endpoint);
  let deployment: Deployment;
  let compared: readonly Compared[];
  let at: StageOnMinistack;
  let archive: ArchiveOnMinistack;

  beforeAll(async () => {
    const stage = await packageStage({ stage: 'local', log: () => undefined });
    deployment = await deployOntoMinistack(stage, place);
    compared = await compareDeployed(deployment, place);
    process.stdout.write(deploymentReport(deployment, compared));
    at = reachStage(stage, place);
    archive = archiveAt(place, deployment.deployed.get('ArchiveBucket') ?? '');
  });
  afterAll(() => at?.close());

  const scan = (tenantId: string, more: object = {}) => at.ask(SCANS, { version: 1, tenantId, job: JOB, ...more });

  it('has every resource of the template but those of types that are known not to be had', () => {
    expect(deployment.status).toBe('UPDATE_COMPLETE');
    const gone = Object.keys(deployment.resources).filter((id) => !deployment.deployed.has(id));
    expect(gone.toSorted()).toEqual([...deployment.leftOut.values()].flat().toSorted());
    const news = [...deployment.leftOut.keys()].filter((type) => !TYPES_LEFT_OUT.has(type));
    expect(news.filter(isSecurityRelevant)).toEqual([]);
  });

  it('is brought there by the command: what is made is shown, what is pinned is protected, what runs is what was built', () => {
    expect(deployment.said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ {2}made {8}AWS::IAM::Role +IssueCredentialsRole$/),
        expect.stringMatching(/^ +\d+ s {2}(?:CREATE|UPDATE)_COMPLETE +LedgerTable$/),
        'local: deployed; every function runs what the sources make',
      ]),
    );
    expect(deployment.policies.at(-1)).toContain('"LogicalResourceId/VerifyTrustRole"');
  });

  it('changes nothing when it is deployed again, and the one thing that has changed after that', async () => {
    const before = deployment.said.length;
    await deployment.again((resources) => resources);
    expect(deployment.said.slice(before).at(-1)).toBe(
      'local: nothing has changed; every function runs what the sources make',
    );
    const queue = deployment.resources['ObservationsQueue'] ?? { Type: 'none', Properties: {} };
    const changed = { ...queue, Properties: { ...queue.Properties, MessageRetentionPeriod: 345_000 } };
    await deployment.again((resources) => ({ ...resources, ObservationsQueue: changed }));
    expect(deployment.said.slice(before)).toContainEqual(
      expect.stringMatching(/^ {2}changed {5}AWS::SQS::Queue +ObservationsQueue$/),
    );
    await deployment.again((resources) => resources);
  });

  it('refuses to let go of what is pinned, and leaves all as it is', async () => {
    const { RequestsQueue: _gone, ...rest } = deployment.resources;
    const left = (resources: Deployment['resources']) =>
      Object.fromEntries(Object.entries(resources).filter(([id]) => Object.hasOwn(rest, id)));
    await expect(deployment.again(left)).rejects.toThrow(/RequestsQueue \(AWS::SQS::Queue.*\) would be removed/);
    const before = deployment.said.length;
    await deployment.again((resources) => resources);
    expect(deployment.said.slice(before).at(-1)).toContain('nothing has changed');
  });

  it('has every property that was read back as the template says, but those that are known to be lost', () => {
    const lost = compared.flatMap(({ property, lostIn }) => (lostIn.length > 0 ? [property] : []));
    expect(lost).toEqual([...PROPERTIES_LOST.keys()]);
    const proofs = [...TYPES_LEFT_OUT.values(), ...PROPERTIES_LOST.values()].map(({ heldBy }) => heldBy);
    expect(proofs.filter((file) => !existsSync(path.join(projectRoot, file)))).toEqual([]);
  });

  it('closes every bucket to the public, as far as the template says', () => {
    const buckets = Object.values(deployment.resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    const closed = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    };
    expect(buckets.map(({ Properties }) => Properties['PublicAccessBlockConfiguration'])).toEqual(
      buckets.map(() => closed),
    );
  });

  it('quarantines a role where trust policies are not evaluated, and refuses what is asked for it', async () => {
    const roleArn = 'arn:aws:iam::222222222222:role/credential-broker/scanner';
    expect(await at.manage('POST', '/tenants', { tenantId: 'acme', name: 'Acme', jobs: [JOB] })).toMatchObject({
      status: 201,
    });
    expect(await at.manage('POST', '/tenants/acme/roles', { roleArn })).toMatchObject({ status: 201 });
    const findings = [
      'trust.noExternalIdAccepted',
      'trust.randomExternalIdAccepted',
      'trust.unassignedExternalIdAccepted',
    ];
    expect(await at.manage('POST', '/tenants/acme/verification', {})).toMatchObject({
      status: 200,
      body: {
        roles: [
          {
            status: 'quarantined',
            findings: expect.arrayContaining(findings.map((code) => expect.objectContaining({ code }))),
          },
        ],
      },
    });
    const { request, issuances } = await at.outcomeOf(await scan('acme'));
    expect(request.decision).toBe('allowed');
    expect(issuances).toMatchObject([{ state: 'refused', refusal: { reason: 'trust.unsafe' }, attempts: [] }]);
  });

  it('runs the main job: an event, a session, a claim, a report, all of it in the ledger and in the archive', async () => {
    await at.provenTenant('globex', '333333333333');
    const { request, issuances } = await at.outcomeOf(await scan('globex', { reason: 'a scan', input: null }));
    expect(request).toMatchObject({ decision: 'allowed', requester: 'scan-scheduler', accountIds: ['333333333333'] });
    expect(issuances).toMatchObject([
      {
        state: 'completed',
        attempts: [{ outcome: 'issued', calls: 1, accessKeyId: expect.stringMatching(/^ASIA/) }],
        trail: [{ type: 'intended' }, { type: 'issued' }],
        claim: { attempt: 1 },
        report: { outcome: 'completed', summary: expect.stringContaining(`archive-${BROKER_ACCOUNT}`) },
      },
    ]);
    expect(issuances[0]).not.toHaveProperty('ticket');
    const states = ['intended', 'issued', 'claimed', 'completed'];
    await expect.poll(() => archivedStates(issuances[0]?.recordId ?? ''), { timeout: 20_000 }).toEqual(states);
  });

  async function archivedStates(recordId: string): Promise<readonly unknown[]> {
    const objects = await archive.objects('changes/');
    const lines = objects.flatMap((object) => Buffer.from(object).toString('utf8').trimEnd().split('\n'));
    const changes = lines.map((line) => JSON.parse(line)).filter((change) => change.recordId === recordId);
    expect(changes.flatMap(({ findings }) => findings)).toEqual([]);
    return changes.map(({ record }) => record.state);
  }

  it('runs one job for a request that comes twice', async () => {
    await at.provenTenant('initech', '444444444444');
    const asked = { idempotencyKey: 'once' };
    const first = await at.outcomeOf(await scan('initech', asked));
    await scan('initech', asked);
    await at.outcomeOf(await scan('initech', { idempotencyKey: 'after' }));
    const issuances = await at.issuancesOf('initech');
    expect(issuances.map(({ requestId }) => requestId)).toContain(first.request.recordId);
    expect(issuances).toHaveLength(2);
  });

  it('refuses on record whoever no requester is, and whoever asks for a suspended tenant', async () => {
    const stranger = await at.outcomeOf(
      await at.ask('com.example.nobody', { version: 1, tenantId: 'globex', job: JOB }),
    );
    expect(stranger.request).toMatchObject({ requester: 'unrecognised', refusal: { reason: 'requester.notAllowed' } });
    await at.provenTenant('umbrella', '555555555555');
    expect(await at.manage('POST', '/tenants/umbrella/suspension', { reason: 'test' })).toMatchObject({ status: 200 });
    const { request } = await at.outcomeOf(await scan('umbrella'));
    expect(request).toMatchObject({ decision: 'refused', refusal: { reason: 'tenant.suspended' } });
  });

  it('signs a digest of the archive that its public key holds for', async () => {
    expect(await at.invoke('archive-audit', { kind: 'tick' })).toMatchObject({ made: expect.any(Number) });
    const [first = new Uint8Array()] = await archive.objects('digests/');
    const reading = readSignedDigest(first);
    if (!reading.read) throw new Error(reading.problem);
    const publicKey = await archive.publicKey(reading.signed.signature.keyId);
    expect(signatureHolds(reading.signed, publicKey)).toBe(true);
    const changed = { ...reading.signed.digest, sequence: reading.signed.digest.sequence + 1 };
    expect(signatureHolds({ ...reading.signed, digest: changed }, publicKey)).toBe(false);
  });

  it('refuses a call of a function URL that does not say who signed it', async () => {
    const FunctionName = at.functionName('manage-tenants');
    const { FunctionUrl = '' } = await at.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    const url = new URL(`${endpoint}/_aws/lambda-url/${new URL(FunctionUrl).host.split('.')[0]}/tenants`);
    const sign = makeSignRequest({ region: place.region, credentials: async () => place.credentials });
    const answer = await fetch(url, { headers: await sign({ method: 'GET', url }) });
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'caller.unknown' } }]);
  });

  it('refuses an invocation that does not say which alias it came by', async () => {
    const detail = { version: 1, tenantId: 'globex', job: JOB, wait: 10 };
    const answer = await at.invoke('request-job-direct', detail, 'billing-service');
    expect(answer).toMatchObject({ error: { code: 'requester.notAllowed' } });
  });

  it('is nowhere held to its roles’ policies: that is for the embedded stack to prove, not for this one', async () => {
    const role = { RoleArn: `arn:aws:iam::${BROKER_ACCOUNT}:role/${at.functionName(JOB)}`, RoleSessionName: 'a-job' };
    const { Credentials: given } = await new STSClient(place).send(new AssumeRoleCommand(role));
    const {
      AccessKeyId: accessKeyId = '',
      SecretAccessKey: secretAccessKey = '',
      SessionToken: sessionToken = '',
    } = given ?? {};
    const asJob = new DynamoDBClient({ ...place, credentials: { accessKeyId, secretAccessKey, sessionToken } });
    const Key = { tenantId: { S: 'globex' }, record: { S: 'tenant' } };
    const { Item } = await asJob.send(new GetItemCommand({ TableName: at.functionName('tenants'), Key }));
    expect(Item).toMatchObject({ externalIds: expect.anything() });
  });
});

import { LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import type { CloudFormation } from '../../../config/deploy/cloudformation.ts';
import { CLOUDFORMATION_VERSION, makeCloudFormation } from '../../../config/deploy/cloudformation-over-http.ts';
import { codeFromLambda } from '../../../config/deploy/code-from-lambda.ts';
import { type DeployOptions, type DeployWorld, deployStage } from '../../../config/deploy/deploy-stage.ts';
import { deployableOf, templateUpload } from '../../../config/deploy/deployable.ts';
import { readDeployedTemplate } from '../../../config/deploy/deployed-template.ts';
import { readPins } from '../../../config/deploy/pinned-resources.ts';
import type { Prepared } from '../../../config/deploy/prepare-stage.ts';
import type { PackagedStage } from '../../../config/package/package-stage.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { TYPES_LEFT_OUT } from './not-kept.ts';
import type { AwsPlace } from './query-protocol.ts';
import { referringTo, withoutResources } from './without-resources.ts';

const resourceSchema = v.looseObject({
  Type: v.string(),
  DependsOn: v.exactOptional(v.union([v.string(), v.array(v.string())])),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
});
const templateSchema = v.looseObject({
  Resources: v.record(v.string(), resourceSchema),
  Outputs: v.optional(v.record(v.string(), v.unknown()), {}),
});
export type Template = v.InferOutput<typeof templateSchema>;
export type TemplateResource = v.InferOutput<typeof resourceSchema>;

export type Deployment = {
  readonly stackName: string;
  /** How the stack ended up, as CloudFormation words it. */
  readonly status: string;
  /** As packaged: every resource, the left out ones too. */
  readonly resources: Readonly<Record<string, TemplateResource>>;
  /** What is deployed: the physical id of each logical one. */
  readonly deployed: ReadonlyMap<string, string>;
  /** Logical ids of what this CloudFormation knows no type for, by type. */
  readonly leftOut: ReadonlyMap<string, readonly string[]>;
  /** Logical ids of what is deployed and refers to something that is left out. */
  readonly referring: readonly string[];
  readonly seconds: number;
  /** What the command said. */
  readonly said: readonly string[];
  /** The stack policies that were set. */
  readonly policies: readonly string[];
  /** Deploys once more, with the resources that a change makes of those that are deployed. */
  again(change: (resources: Template['Resources']) => Template['Resources']): Promise<void>;
};

/** Longest way that a template may be away from what can be deployed: types that are unknown, one found at a time. */
const MOST_UNKNOWN_TYPES = 20;

const OPTIONS: DeployOptions = {
  account: BROKER_ACCOUNT,
  showOnly: false,
  letGo: [],
  takeOver: false,
  // A first update that fails leaves resources here, and no outputs.
  adopt: true,
  revertDrift: false,
  watchMinutes: 0,
};

/**
 * Deploys a packaged stage with what `npm run deploy` deploys with. A type of resource that this CloudFormation refuses is
 * left out, said so in the answer, and the deployment tried again; any other failure is the end.
 */
export async function deployOntoMinistack(stage: PackagedStage, place: AwsPlace): Promise<Deployment> {
  const startedMs = performance.now();
  const { world, said, policies } = worldAt(place);
  const deployable = deployableOf(stage);
  const whole = asTemplate(deployable.template);
  const prepared = (template: Template): Prepared => {
    return {
      ...deployable,
      ...templateUpload(readDeployedTemplate(JSON.stringify(template))),
      config: stage.config,
      pins: readPins(),
      source: 'the working tree',
    };
  };
  // What is known to be refused is not tried: every update that fails is rolled back, and leaves traces here.
  const known = [...TYPES_LEFT_OUT.keys()].map((type) => [type, idsLeftOut(whole, type)] as const);
  const leftOut = new Map(known.filter(([, ids]) => ids.length > 0));
  for (let tries = 0; ; tries += 1) {
    if (tries > MOST_UNKNOWN_TYPES) throw new Error(`too many types are unknown: ${[...leftOut.keys()].join(', ')}`);
    const gone = [...leftOut.values()].flat();
    const template = withoutResources(whole, gone);
    const failure = await deployStage(prepared(template), OPTIONS, world).then(
      () => undefined,
      (error: unknown) => error,
    );
    const news = unknownTypesIn(failure).filter((type) => !leftOut.has(type));
    if (failure !== undefined && news.length === 0) throw failure;
    if (failure === undefined) {
      return {
        stackName: deployable.stackName,
        status: (await world.cloudFormation.describeStack(deployable.stackName))?.status ?? 'gone',
        resources: whole.Resources,
        deployed: await world.cloudFormation.resourceIds(deployable.stackName),
        leftOut,
        referring: referringTo(whole, gone),
        seconds: (performance.now() - startedMs) / 1000,
        said,
        policies,
        again: async (change) =>
          deployStage(prepared({ ...template, Resources: change(template.Resources) }), OPTIONS, world),
      };
    }
    for (const type of news) leftOut.set(type, idsLeftOut(whole, type));
  }
}

function asTemplate(template: object): Template {
  return v.parse(templateSchema, JSON.parse(JSON.stringify(template)));
}

/** AWS as the command sees it, but for two calls that MiniStack does not know: they are taken down instead. */
function worldAt(place: AwsPlace) {
  const said: string[] = [];
  const policies: string[] = [];
  const s3 = new S3Client({ ...place, forcePathStyle: true });
  const cloudFormation: CloudFormation = {
    ...makeCloudFormation({
      url: new URL(place.endpoint),
      service: 'cloudformation',
      region: place.region,
      version: CLOUDFORMATION_VERSION,
      credentials: async () => place.credentials,
    }),
    protectStack: async () => undefined,
    setStackPolicy: async (_stackName, policy) => {
      policies.push(policy);
    },
  };
  const world: DeployWorld = {
    cloudFormation,
    caller: { accountId: BROKER_ACCOUNT, arn: `arn:aws:iam::${BROKER_ACCOUNT}:user/administrator` },
    async upload(bucket, files) {
      for (const { key, bytes } of files)
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    urlOf: (bucket, key) => `${place.endpoint}/${bucket}/${key}`,
    codeOf: codeFromLambda(new LambdaClient(place)),
    log: (line) => said.push(line),
    sleep: () => new Promise((resolve) => setTimeout(resolve, 100)),
    nowMs: Date.now,
  };
  return { world, said, policies };
}

/** Not a type of its own for AWS, but one that this CloudFormation refuses. */
export const ALARM_OF_MATHS = 'AWS::CloudWatch::Alarm of several metrics';

function unknownTypesIn(failure: unknown): readonly string[] {
  if (!(failure instanceof Error)) return [];
  return failure.message.split('\n').flatMap((problem) => {
    if (/Properties\.Metrics \(metric math\) is not supported/.test(problem)) return ALARM_OF_MATHS;
    return /Unsupported resource type: (\S+)/.exec(problem)?.[1] ?? [];
  });
}

function idsLeftOut(whole: Template, type: string): readonly string[] {
  if (type !== ALARM_OF_MATHS) return idsOfType(whole, type);
  return idsOfType(whole, 'AWS::CloudWatch::Alarm').filter((id) =>
    Object.hasOwn(Object(whole.Resources[id]?.Properties), 'Metrics'),
  );
}

function idsOfType({ Resources }: Template, type: string): readonly string[] {
  return Object.entries(Resources).flatMap(([id, resource]) => (resource.Type === type ? [id] : []));
}

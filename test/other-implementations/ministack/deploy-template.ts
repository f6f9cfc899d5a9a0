import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import type { PackagedStage } from '../../../config/package-stage.ts';
import { makeCloudFormation, type StackState } from './cloudformation.ts';
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
  readonly state: StackState;
  /** As packaged: every resource, the left out ones too. */
  readonly resources: Readonly<Record<string, TemplateResource>>;
  /** What is deployed: the physical id of each logical one. */
  readonly deployed: ReadonlyMap<string, string>;
  /** Logical ids of what this CloudFormation knows no type for, by type. */
  readonly leftOut: ReadonlyMap<string, readonly string[]>;
  /** Logical ids of what is deployed and refers to something that is left out. */
  readonly referring: readonly string[];
  readonly seconds: number;
};

/** Longest way that a template may be away from what can be deployed: types that are unknown, one found at a time. */
const MOST_UNKNOWN_TYPES = 20;

/**
 * Deploys a packaged stage as the packager's own deployment does: creates the stack with the bucket, uploads the
 * functions, updates the stack to the whole. A type of resource that this CloudFormation refuses is left out, said so in
 * the answer, and the update tried again; any other failure is the end.
 */
export async function deployStage(stage: PackagedStage, place: AwsPlace): Promise<Deployment> {
  const startedMs = performance.now();
  const stackName = `credential-broker-${stage.stage}`;
  const cloudFormation = makeCloudFormation(place);
  const whole = readTemplate(stage.templatePath);
  const created = await cloudFormation.createStack(stackName, readTemplate(createTemplatePath(stage)));
  if (created.status !== 'CREATE_COMPLETE') throw new Error(`CreateStack: ${describe(created)}`);
  const bucket = (await cloudFormation.resourceIds(stackName)).get('ServerlessDeploymentBucket');
  if (bucket === undefined) throw new Error('the first template made no deployment bucket');
  await uploadFunctions({ whole, bucket, stage, place });

  // What is known to be refused is not tried: every update that fails is rolled back, and leaves traces here.
  const known = [...TYPES_LEFT_OUT.keys()].map((type) => [type, idsLeftOut(whole, type)] as const);
  const leftOut = new Map(known.filter(([, ids]) => ids.length > 0));
  for (let tries = 0; tries <= MOST_UNKNOWN_TYPES; tries += 1) {
    const gone = [...leftOut.values()].flat();
    const state = await cloudFormation.updateStack(stackName, withoutResources(whole, gone));
    // The events of a stack tell of every try that there was.
    const news = unknownTypesIn(state).filter((type) => !leftOut.has(type));
    const unknownTypes = state.status === 'UPDATE_COMPLETE' ? [] : news;
    if (unknownTypes.length === 0) {
      const deployed = await cloudFormation.resourceIds(stackName);
      const seconds = (performance.now() - startedMs) / 1000;
      return {
        stackName,
        state,
        resources: whole.Resources,
        deployed,
        leftOut,
        referring: referringTo(whole, gone),
        seconds,
      };
    }
    for (const type of unknownTypes) leftOut.set(type, idsLeftOut(whole, type));
  }
  throw new Error(`more than ${MOST_UNKNOWN_TYPES} types of resources are unknown: ${[...leftOut.keys()].join(', ')}`);
}

function readTemplate(file: string): Template {
  return v.parse(templateSchema, JSON.parse(readFileSync(file, 'utf8')));
}

function createTemplatePath({ templatePath }: PackagedStage): string {
  return path.join(path.dirname(templatePath), 'cloudformation-template-create-stack.json');
}

const codeSchema = v.object({ Code: v.object({ S3Key: v.string() }) });

type Upload = {
  readonly whole: Template;
  readonly bucket: string;
  readonly stage: PackagedStage;
  readonly place: AwsPlace;
};

async function uploadFunctions({ whole, bucket, stage, place }: Upload): Promise<void> {
  const s3 = new S3Client({ ...place, forcePathStyle: true });
  const keys = Object.values(whole.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' ? [v.parse(codeSchema, Properties).Code.S3Key] : [],
  );
  for (const key of new Set(keys)) {
    const body = readFileSync(path.join(stage.functionsDirectory, path.posix.basename(key)));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }
  s3.destroy();
}

/** Not a type of its own for AWS, but one that this CloudFormation refuses. */
export const ALARM_OF_MATHS = 'AWS::CloudWatch::Alarm of several metrics';

function unknownTypesIn({ problems }: StackState): readonly string[] {
  return problems.flatMap((problem) => {
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

function describe({ status, problems }: StackState): string {
  return [status, ...problems].join('\n  ');
}

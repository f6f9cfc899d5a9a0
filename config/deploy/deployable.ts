import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { PackagedStage } from '../package/package-stage.ts';
import { type DeployedTemplate, readDeployedTemplate, type TemplateResource } from './deployed-template.ts';

/** A file that a deployment needs in the deployment bucket. */
export type Upload = { readonly key: string; readonly bytes: Buffer; readonly contentType: string };

export type Deployable = {
  readonly stage: string;
  readonly stackName: string;
  /** The stack with nothing but its deployment bucket: a stage begins with it. */
  readonly firstTemplateText: string;
  readonly template: DeployedTemplate;
  readonly templateFile: Upload;
  /** The functions' zips. */
  readonly uploads: readonly Upload[];
  /** The SHA-256 of each function's zip by the function's name, in base64, as Lambda reports it. */
  readonly codeSha256: ReadonlyMap<string, string>;
};

const functionSchema = v.object({
  FunctionName: v.string(),
  Code: v.looseObject({ S3Key: v.string() }),
});

/**
 * The files from which a packaged stage is deployed. Every file is named by its content, so that unchanged files are no
 * change, whenever and wherever they were packaged, and earlier deployments stay beside later ones. With `anew`, a text
 * that no deployment had before, every function is new to CloudFormation, whatever code Lambda has for it.
 */
export function deployableOf({ stage, templatePath, functionsDirectory }: PackagedStage, anew?: string): Deployable {
  const packaged = readDeployedTemplate(readFileSync(templatePath, 'utf8'));
  const uploads: Upload[] = [];
  const codeSha256 = new Map<string, string>();
  const named = Object.entries(packaged.Resources).map(([id, resource]) => {
    if (resource.Type !== 'AWS::Lambda::Function') return [id, resource] as const;
    const { FunctionName, Code } = v.parse(functionSchema, resource.Properties);
    const bytes = readFileSync(path.join(functionsDirectory, path.posix.basename(Code.S3Key)));
    const hash = createHash('sha256').update(bytes).digest();
    const name = [hash.toString('hex'), anew].filter((part) => part !== undefined).join('-');
    const key = `functions/${FunctionName}/${name}.zip`;
    uploads.push({ key, bytes, contentType: 'application/zip' });
    codeSha256.set(FunctionName, hash.toString('base64'));
    return [id, withCode(resource, { ...Code, S3Key: key })] as const;
  });
  const firstTemplate = path.join(path.dirname(templatePath), 'cloudformation-template-create-stack.json');
  return {
    stage,
    stackName: `credential-broker-${stage}`,
    firstTemplateText: readFileSync(firstTemplate, 'utf8'),
    uploads,
    codeSha256,
    ...templateUpload({ ...packaged, Resources: Object.fromEntries(named) }),
  };
}

/** A template together with its file. */
export function templateUpload(template: DeployedTemplate): Pick<Deployable, 'template' | 'templateFile'> {
  const bytes = Buffer.from(JSON.stringify(template));
  const key = `templates/${createHash('sha256').update(bytes).digest('hex')}.json`;
  return { template, templateFile: { key, bytes, contentType: 'application/json' } };
}

function withCode(resource: TemplateResource, Code: object): TemplateResource {
  return { ...resource, Properties: { ...resource.Properties, Code } };
}

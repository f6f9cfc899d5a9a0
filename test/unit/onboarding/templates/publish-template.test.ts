import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { checkRenderedTemplate } from '../../../../config/publish-template/rendered-template.ts';
import { publishTemplate } from '../../../../lib/onboarding/templates/publish-template.ts';
import { publishedTemplate, publishedText } from '../../../../lib/onboarding/templates/published-template.ts';
import { renderCloudFormation } from '../../../../lib/onboarding/templates/render-cloudformation.ts';
import { renderStackSet } from '../../../../lib/onboarding/templates/render-stackset.ts';
import { aDeployment } from '../../../support/deployment-config.ts';
import { aDedicatedTemplate, aFullTemplate, aTemplate, BROKER_ACCOUNT, CURRENT_ID, PREFIX } from './a-template.ts';

const deployment = aDeployment({
  deploymentId: 'prod1',
  partition: 'aws',
  homeRegion: 'eu-west-1',
  templateBaseUrl: 'https://s3.eu-central-1.amazonaws.com/vendor-templates/roles/v1',
  requesters: [],
});
const template = publishedTemplate(aTemplate(), deployment);

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/** The two calls of S3 that publishing makes, with S3's conditional write. */
function aBucket(objects = new Map<string, string>()) {
  const commands: unknown[] = [];
  const send = async (command: unknown) => {
    commands.push(command);
    if (command instanceof PutObjectCommand) {
      const { Bucket, Key, Body, IfNoneMatch } = command.input;
      const name = `${Bucket}/${Key}`;
      if (IfNoneMatch === '*' && objects.has(name))
        throw Object.assign(new Error('412'), { name: 'PreconditionFailed' });
      objects.set(name, String(Body));
      return {};
    }
    if (!(command instanceof GetObjectCommand)) throw new Error('not a call that publishing makes');
    const text = objects.get(`${command.input.Bucket}/${command.input.Key}`);
    return { Body: { transformToString: async () => text } };
  };
  // The client's `send` has an overload for every way to call it, which no function but its own has.
  return { objects, commands, s3: { send: send as S3Client['send'] } };
}

describe('publishing a template', () => {
  it('puts it below the base address, under the SHA-256 of its text', async () => {
    const { s3, objects } = aBucket();
    expect(await publishTemplate(template, s3)).toBe('published');
    const [[name, text] = []] = objects;
    expect(name).toMatch(/^vendor-templates\/roles\/v1\/[0-9a-f]{64}\.yaml$/);
    expect(template.url).toBe(`https://s3.eu-central-1.amazonaws.com/${name}`);
    expect(text).toBe(renderCloudFormation(aTemplate()));
    expect(template.region).toBe('eu-central-1');
  });

  it('leaves the same file as it is', async () => {
    const { s3, objects } = aBucket();
    await publishTemplate(template, s3);
    expect(await publishTemplate(template, s3)).toBe('was there');
    expect(objects.size).toBe(1);
  });

  it('never writes over another text, and says that somebody changed it', async () => {
    const { s3, objects } = aBucket(new Map([[`${template.bucket}/${template.key}`, 'evil']]));
    await expect(publishTemplate(template, s3)).rejects.toThrow(
      /somebody changed a template .* tell the customers who used the link/,
    );
    expect([...objects.values()]).toEqual(['evil']);
  });

  it('asks S3 to take it as YAML, and only where nothing lies there', async () => {
    const { s3, commands } = aBucket();
    await publishTemplate(template, s3);
    const { bucket: Bucket, key: Key, text: Body } = template;
    const input = { Bucket, Key, Body, ContentType: 'application/yaml', IfNoneMatch: '*' };
    expect(commands).toMatchObject([{ input }]);
  });

  it.each<[string, unknown, string | undefined, string]>([
    [
      'finds it where another writes it at this moment',
      named('ConditionalRequestConflict'),
      template.text,
      'was there',
    ],
    ['finds a change where nothing can be read', named('PreconditionFailed'), undefined, 'somebody changed'],
    ['fails where S3 refuses, whatever lies there', named('AccessDenied'), template.text, 'AccessDenied'],
    ['fails by what is no error', { name: 'PreconditionFailed' }, template.text, 'PreconditionFailed'],
  ])('%s', async (_what, failure, there, told) => {
    const send = async (command: unknown) => {
      if (command instanceof PutObjectCommand) throw failure;
      return there === undefined ? {} : { Body: { transformToString: async () => there } };
    };
    const s3 = { send: send as S3Client['send'] };
    const outcome = await publishTemplate(template, s3).catch(
      (error: unknown) => JSON.stringify(error) + String(error),
    );
    expect(outcome).toContain(told);
  });

  it('finds the same file when a shell added or took the last line break', () => {
    const text = renderCloudFormation(aTemplate());
    expect(publishedText(`${text}\n\n`, deployment)).toEqual(template);
    expect(publishedText(text.trimEnd(), deployment)).toEqual(template);
  });

  it('has another name for another text', () => {
    expect(publishedTemplate(aTemplate({ roleName: 'other' }), deployment).key).not.toBe(template.key);
  });

  it('needs a place', () => {
    const { templateBaseUrl: _, ...nowhere } = deployment;
    expect(() => publishedTemplate(aTemplate(), nowhere)).toThrow('templateBaseUrl');
    expect(() => publishedTemplate(aTemplate(), { ...deployment, partition: 'aws-cn' })).toThrow('templateBaseUrl');
  });
});

describe('a template that is handed in to be published', () => {
  const of = { deployment, brokerAccountId: BROKER_ACCOUNT, prefix: PREFIX };
  const good = renderCloudFormation(aTemplate());
  const govCloud = { ...of, deployment: { ...deployment, partition: 'aws-us-gov' as const } };

  it('is one of this deployment', () => {
    checkRenderedTemplate(good, of);
    checkRenderedTemplate(renderStackSet(aTemplate(), { region: 'eu-west-1', purpose: 'create' }), of);
    checkRenderedTemplate(renderCloudFormation(aFullTemplate()), govCloud);
    checkRenderedTemplate(renderCloudFormation(aDedicatedTemplate()), {
      ...of,
      deployment: { ...deployment, mode: 'dedicated' },
    });
  });

  const wrong: readonly [string, string, string][] = [
    ['trusts another account', good.replaceAll(BROKER_ACCOUNT, '999999999999'), 'does not trust'],
    ['trusts everybody', good.replaceAll(`arn:aws:iam::${BROKER_ACCOUNT}:root`, '*'), 'does not trust'],
    ['trusts another role of ours', good.replaceAll('-verify-trust', '-verify-trust-2'), 'does not trust'],
    ['asks for any external ID', good.replaceAll('StringEquals', 'StringLike'), 'does not trust'],
    ['asks for no external ID', renderCloudFormation(aDedicatedTemplate()), 'does not trust'],
    ['holds an external ID', `${good}# ${CURRENT_ID}\n`, 'holds an external ID'],
    [
      'makes something else too',
      good.replace('Resources:\n', 'Resources:\n  Other:\n    Type: AWS::IAM::User\n'),
      'not the',
    ],
    ['gives a managed policy', good.replace('      Path:', '      ManagedPolicyArns: [x]\n      Path:'), 'not the'],
    ['is of another kind', 'resource "aws_iam_role" {}', 'not the'],
    ['is no YAML', 'a: [', 'not YAML'],
    ['is empty', '', 'not the'],
  ];
  it.each(wrong)('is not published when it %s', (_, text, told) => {
    expect(() => checkRenderedTemplate(text, of)).toThrow(told);
  });
});

import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { parse } from 'yaml';
import { trustWithParameters } from '../../lib/onboarding/templates/render-cloudformation.ts';
import { assumingRoleArns } from '../../lib/onboarding/trust/assuming-roles.ts';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';

/** The parts of a rendered template that are checked; the role is the only resource that it makes. */
const templateSchema = v.object({
  Resources: v.strictObject({
    Role: v.object({
      Type: v.literal('AWS::IAM::Role'),
      Properties: v.object({ AssumeRolePolicyDocument: v.unknown(), ManagedPolicyArns: v.optional(v.undefined()) }),
    }),
  }),
});

/**
 * Throws unless the text is a template that this deployment's customers may be given: it makes one role, trusts this
 * broker alone and under its parameters, and holds no external ID. A file piped in from elsewhere is not published.
 */
export function checkRenderedTemplate(
  text: string,
  of: { readonly deployment: DeploymentConfig; readonly brokerAccountId: string; readonly prefix: string },
): void {
  const { mode, partition, deploymentId } = of.deployment;
  if (/cb-[a-z0-9]{4,12}-[0-9a-f]{8}-[0-9a-f]{4}-/.test(text)) throw new Error('the template holds an external ID');
  const read = v.safeParse(templateSchema, readYaml(text));
  if (!read.success)
    throw new Error('it is not the CloudFormation template of a role: --format cloudformation makes one');
  const expected = trustWithParameters({
    mode,
    partition,
    deploymentId,
    brokerAccountId: of.brokerAccountId,
    assumingRoleArns: assumingRoleArns({ ...of, partition }),
  });
  if (isDeepStrictEqual(read.output.Resources.Role.Properties.AssumeRolePolicyDocument, expected)) return;
  throw new Error(
    `the template does not trust the broker of account ${of.brokerAccountId} and prefix ${of.prefix}, or trusts others too: ` +
      'take it from this deployment, or name its account with --broker-account',
  );
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new Error('the template is not YAML', { cause });
  }
}

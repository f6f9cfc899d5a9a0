import * as v from 'valibot';
import { type PolicyDocument, type PolicyUse, parsePolicyDocument } from '../iam/policy-document.ts';
import { ServiceError } from '../service.ts';

/**
 * The schema of the `--accounts` file. Every message says what was expected, as the end of "expected …". The file is
 * written by hand, so anything unknown is refused instead of ignored.
 */
const accountId = v.pipe(v.string('a 12-digit account id in quotes'), v.regex(/^\d{12}$/, 'a 12-digit account id'));

const accessKeyIdExpected = 'an access key id: AKIA and 16 upper-case letters or digits';
const accessKeyId = v.pipe(v.string(accessKeyIdExpected), v.regex(/^AKIA[A-Z0-9]{16}$/, accessKeyIdExpected));

const secretExpected = 'a secret access key: 40 letters, digits or any of + / = . _ -';
const secretAccessKey = v.pipe(v.string(secretExpected), v.regex(/^[\w+/=.-]{40}$/, secretExpected));

const bucketNameExpected = 'a bucket name: 3 to 63 lower-case letters, digits, dots or hyphens';
const bucketName = v.pipe(
  v.string(bucketNameExpected),
  v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketNameExpected),
);

const regionExpected = 'a region such as eu-west-1';
const region = v.pipe(v.string(regionExpected), v.regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, regionExpected));

const roleNameExpected = 'a role name: 1 to 64 letters, digits or any of + = , . @ _ -';
const rolePathExpected = 'a role path that begins and ends with a slash, for example /';
const principalArnExpected = 'the ARN of an IAM user or role';
const managedPolicyExpected = 'the name of a managed policy of the deployment';
const profileExpected = 'a profile name: letters, digits, dots, hyphens or underscores';

const objectSchema = v.union(
  [v.strictObject({ text: v.string() }), v.strictObject({ file: v.pipe(v.string(), v.nonEmpty()) })],
  'either {"text": "…"} or {"file": "path relative to the accounts file"}',
);

const bucketSchema = v.strictObject({
  name: bucketName,
  /** S3's own default. */
  region: v.optional(region, 'us-east-1'),
  publicAccessBlock: v.boolean('true or false'),
  /** S3 encrypts every new object with AES256 since 2023 unless the bucket says otherwise. */
  encryption: v.optional(v.picklist(['AES256', 'aws:kms'], '"AES256" or "aws:kms"'), 'AES256'),
  objects: v.optional(v.record(v.pipe(v.string(), v.nonEmpty()), objectSchema, 'an object of keys'), {}),
});

const roleSchema = v.strictObject({
  path: v.optional(v.pipe(v.string(rolePathExpected), v.regex(/^\/([\x21-\x7e]{1,509}\/)?$/, rolePathExpected)), '/'),
  name: v.pipe(v.string(roleNameExpected), v.regex(/^[\w+=,.@-]{1,64}$/, roleNameExpected)),
  trustPolicy: policySchema('trust'),
  policy: policySchema('identity'),
});

const accountSchema = v.strictObject({
  accountId,
  accessKeyId,
  secretAccessKey,
  buckets: v.optional(v.array(bucketSchema, 'a list of buckets'), []),
  roles: v.optional(v.array(roleSchema, 'a list of roles'), []),
});

const principalSchema = v.strictObject({
  profile: v.pipe(v.string(profileExpected), v.regex(/^[\w.-]+$/, profileExpected)),
  arn: v.pipe(
    v.string(principalArnExpected),
    v.regex(/^arn:aws[a-z-]*:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/, principalArnExpected),
  ),
  accessKeyId,
  secretAccessKey,
  policy: v.exactOptional(policySchema('identity')),
  /** Managed policies beside the principal's own policy, by name, so that it may do exactly what is deployed. */
  managedPolicies: v.optional(
    v.array(
      v.pipe(v.string(managedPolicyExpected), v.regex(/^[\w+=,.@-]{1,128}$/, managedPolicyExpected)),
      'a list of managed policies',
    ),
    [],
  ),
});

export const accountsSchema = v.strictObject({
  brokerAccount: accountId,
  accounts: v.array(accountSchema, 'a list of accounts'),
  principals: v.optional(v.array(principalSchema, 'a list of principals'), []),
});

export type AccountsInput = v.InferOutput<typeof accountsSchema>;

/** A policy checked by the rules of the place where it is attached; the message says why a policy is refused. */
function policySchema(use: PolicyUse) {
  return v.pipe(
    v.custom<object>((input) => typeof input === 'object' && input !== null, 'an IAM policy document'),
    v.rawTransform<object, PolicyDocument>(({ dataset, addIssue, NEVER }) => {
      try {
        return parsePolicyDocument(dataset.value, use);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        addIssue({ message: `an IAM policy document that can be evaluated (${error.message})` });
        return NEVER;
      }
    }),
  );
}

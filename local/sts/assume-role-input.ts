import { deflateRawSync } from 'node:zlib';
import { type PolicyDocument, parsePolicyDocument } from '../iam/policy-document.ts';
import { invalid, optionalInteger, optionalText, requiredText } from '../iam/read-input.ts';
import { ServiceError } from '../service.ts';
import { readSessionTags, type SessionTags } from './session-tags.ts';

/** The input of AssumeRole with its shape checked; only the role's own limits are still unchecked. */
export type AssumeRoleInput = {
  readonly roleArn: string;
  readonly roleAccountId: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly durationSeconds: number;
  readonly sessionPolicy: PolicyDocument | undefined;
  /** The share of the space for policy and tags that they take when packed, in per cent; `undefined` without either. */
  readonly packedPolicySize: number | undefined;
  readonly sourceIdentity: string | undefined;
} & SessionTags;

const ARN_TEXT = /^[\t\n\r -~]{20,2048}$/;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[!-~]+$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const SOURCE_IDENTITY = /^(?!aws:)[\w+=,.@-]{2,64}$/;
const POLICY = /^[\t\n\r -ÿ]+$/;
const DURATION_SECONDS = { min: 900, max: 43_200 };
const DEFAULT_DURATION_SECONDS = 3600;
const POLICY_CHARACTERS = 2048;
/** AWS's packing of policy and tags is unpublished, and so is the space; our estimate is deflate into 1 KiB. */
const PACKED_BYTES = 1024;
const UNSUPPORTED = ['PolicyArns', 'SerialNumber', 'TokenCode', 'ProvidedContexts', 'MinimumSessionTokenSize'];

/**
 * Reads AssumeRole's input within the bounds of
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html. Throws `ValidationError`,
 * `MalformedPolicyDocument` or `PackedPolicyTooLarge` (all 400).
 */
export function readAssumeRoleInput(input: Readonly<Record<string, unknown>>): AssumeRoleInput {
  for (const member of UNSUPPORTED) {
    if (input[member] !== undefined) throw invalid(`the embedded stack does not implement ${member}`);
  }
  const roleArn = requiredText(input, 'RoleArn', ARN_TEXT);
  const roleAccountId = ROLE_ARN.exec(roleArn)?.[1];
  if (roleAccountId === undefined) throw invalid(`${roleArn} is invalid`);
  const sessionTags = readSessionTags(input);
  const policyText = optionalText(input, 'Policy', POLICY);
  return {
    roleArn,
    roleAccountId,
    sessionName: requiredText(input, 'RoleSessionName', SESSION_NAME),
    externalId: optionalText(input, 'ExternalId', EXTERNAL_ID),
    durationSeconds: optionalInteger(input, 'DurationSeconds', DURATION_SECONDS) ?? DEFAULT_DURATION_SECONDS,
    packedPolicySize: packedPolicySize(policyText, sessionTags),
    sessionPolicy: policyText === undefined ? undefined : parsePolicyDocument(policyText, 'identity'),
    sourceIdentity: optionalText(input, 'SourceIdentity', SOURCE_IDENTITY),
    ...sessionTags,
  };
}

function packedPolicySize(policyText: string | undefined, { tags }: SessionTags): number | undefined {
  if (policyText === undefined && tags.size === 0) return undefined;
  const packed = deflateRawSync(JSON.stringify([policyText, ...tags]));
  const percent = Math.ceil((packed.length / PACKED_BYTES) * 100);
  if ((policyText ?? '').length <= POLICY_CHARACTERS && percent <= 100) return percent;
  throw new ServiceError('PackedPolicyTooLarge', 400, 'The session policy and the session tags are too large');
}

/**
 * What AWS documents about the evaluation of policies, as tables. `source` is the page and the section that give
 * the answer. Used against `local/iam`; anything that claims to evaluate IAM policies can be held against them.
 */

import type { ConditionBlock, PolicyDocument, PolicyStatement } from '../../local/iam/policy-document.ts';
import {
  ABSENT_KEYS,
  ACCOUNT_PRINCIPALS,
  ACTION,
  ADDRESSES,
  ALL_PRINCIPALS,
  ARNS,
  ATTRIBUTES,
  BOOLEANS,
  type Citation,
  CONDITION,
  CONDITION_LOGIC,
  CONFUSED_DEPUTY,
  CROSS_ACCOUNT,
  DATES,
  DEFAULTS,
  DYNAMODB_KEYS,
  IF_EXISTS,
  KEY_POINTS,
  KEY_POLICIES,
  LEADING_KEYS,
  LOGIC,
  NOT_ACTION,
  NOT_RESOURCE,
  NULLS,
  NUMBERS,
  OPERATOR_LIST,
  PRINCIPAL,
  RESOURCE,
  SAME_ACCOUNT,
  SERVICE_PRINCIPALS,
  SESSION_POLICIES,
  SESSION_PRINCIPALS,
  SETS,
  STRINGS,
  VARIABLES,
  VARIABLES_IN_CONDITION,
  VARIABLES_IN_RESOURCE,
  WILDCARDS,
} from './iam-citations.ts';

export type ConditionCase = {
  readonly title: string;
  readonly source: Citation;
  readonly condition: ConditionBlock;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly holds: boolean | 'error';
  readonly version?: string;
};

const TEAM = 'aws:PrincipalTag/team';
const ROLE = 'arn:aws:iam::111122223333:role/app/worker';
const SNS_LIKE = 'arn:aws:someservice:*:111122223333:finance/*';
const SNS_VALUE = 'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt';
const LEADING = 'dynamodb:LeadingKeys';
const TOUCHED = 'dynamodb:Attributes';
/** The developer guide's own policy. */
const LIMITED: ConditionBlock = {
  'ForAllValues:StringEquals': { [TOUCHED]: ['UserId', 'TopScore'] },
  StringEqualsIfExists: {
    'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
    'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'],
  },
};
const FENCE = '2026-11-21T10:00:00Z';

// biome-ignore format: one case a line
export const conditionCases: readonly ConditionCase[] = [
  // Strings
  { title: 'StringEquals is exact', source: STRINGS, condition: { StringEquals: { [TEAM]: 'red' } }, context: { [TEAM]: 'red' }, holds: true },
  { title: 'StringEquals minds case', source: STRINGS, condition: { StringEquals: { [TEAM]: 'red' } }, context: { [TEAM]: 'Red' }, holds: false },
  { title: 'StringEquals takes * for a plain character', source: STRINGS, condition: { StringEquals: { [TEAM]: 'r*' } }, context: { [TEAM]: 'red' }, holds: false },
  { title: 'StringEquals does not match a missing key', source: ABSENT_KEYS, condition: { StringEquals: { [TEAM]: 'red' } }, context: {}, holds: false },
  { title: 'StringNotEquals matches another value', source: STRINGS, condition: { StringNotEquals: { [TEAM]: 'red' } }, context: { [TEAM]: 'blue' }, holds: true },
  { title: 'StringNotEquals matches a missing key', source: ABSENT_KEYS, condition: { StringNotEquals: { [TEAM]: 'red' } }, context: {}, holds: true },
  { title: 'several values of a negated operator are a NOR', source: CONDITION_LOGIC, condition: { StringNotEquals: { [TEAM]: ['red', 'blue'] } }, context: { [TEAM]: 'blue' }, holds: false },
  { title: 'several values of an operator are an OR', source: CONDITION_LOGIC, condition: { StringEquals: { [TEAM]: ['red', 'blue'] } }, context: { [TEAM]: 'blue' }, holds: true },
  { title: 'several keys are an AND', source: CONDITION_LOGIC, condition: { StringEquals: { [TEAM]: 'red', 'aws:username': 'ann' } }, context: { [TEAM]: 'red', 'aws:username': 'bob' }, holds: false },
  { title: 'several operators are an AND', source: CONDITION_LOGIC, condition: { StringEquals: { [TEAM]: 'red' }, Bool: { 'aws:SecureTransport': 'true' } }, context: { [TEAM]: 'red', 'aws:SecureTransport': 'false' }, holds: false },
  { title: 'StringEqualsIgnoreCase ignores case', source: STRINGS, condition: { StringEqualsIgnoreCase: { [TEAM]: 'RED' } }, context: { [TEAM]: 'red' }, holds: true },
  { title: 'StringNotEqualsIgnoreCase ignores case', source: STRINGS, condition: { StringNotEqualsIgnoreCase: { [TEAM]: 'RED' } }, context: { [TEAM]: 'red' }, holds: false },
  { title: 'StringLike takes * for any run', source: STRINGS, condition: { StringLike: { [TEAM]: 'r*d' } }, context: { [TEAM]: 'rotund' }, holds: true },
  { title: 'StringLike takes ? for one character', source: STRINGS, condition: { StringLike: { [TEAM]: 'r?d' } }, context: { [TEAM]: 'rd' }, holds: false },
  { title: 'StringLike minds case', source: STRINGS, condition: { StringLike: { [TEAM]: 'R*' } }, context: { [TEAM]: 'red' }, holds: false },
  { title: 'StringLike * does not match a missing key', source: ABSENT_KEYS, condition: { StringLike: { [TEAM]: '*' } }, context: {}, holds: false },
  { title: 'StringNotLike matches a missing key', source: ABSENT_KEYS, condition: { StringNotLike: { [TEAM]: '*' } }, context: {}, holds: true },
  { title: 'the name of a key ignores case', source: CONDITION, condition: { StringEquals: { 'AWS:PRINCIPALTag/TEAM': 'red' } }, context: { [TEAM]: 'red' }, holds: true },
  // ARNs
  { title: 'StringLike reaches over colons', source: STRINGS, condition: { StringLike: { 'aws:SourceArn': SNS_LIKE } }, context: { 'aws:SourceArn': SNS_VALUE }, holds: true },
  { title: 'ArnLike compares part by part', source: ARNS, condition: { ArnLike: { 'aws:SourceArn': SNS_LIKE } }, context: { 'aws:SourceArn': SNS_VALUE }, holds: false },
  { title: 'ArnLike takes a wildcard in a part', source: ARNS, condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/app/*' } }, context: { 'aws:PrincipalArn': ROLE }, holds: true },
  { title: 'ArnEquals is ArnLike', source: ARNS, condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } }, context: { 'aws:PrincipalArn': ROLE }, holds: true },
  { title: 'ArnNotEquals negates', source: ARNS, condition: { ArnNotEquals: { 'aws:PrincipalArn': ROLE } }, context: { 'aws:PrincipalArn': ROLE }, holds: false },
  { title: 'ArnNotLike matches a missing key', source: ABSENT_KEYS, condition: { ArnNotLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } }, context: {}, holds: true },
  { title: 'ArnEquals does not match a missing key', source: ABSENT_KEYS, condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } }, context: {}, holds: false },
  // Bool, Null, IfExists
  { title: 'Bool compares with true', source: BOOLEANS, condition: { Bool: { 'aws:SecureTransport': 'true' } }, context: { 'aws:SecureTransport': 'true' }, holds: true },
  { title: 'Bool takes a boolean without quotes', source: CONDITION, condition: { Bool: { 'aws:SecureTransport': false } }, context: { 'aws:SecureTransport': 'true' }, holds: false },
  { title: 'Bool does not match a missing key', source: ABSENT_KEYS, condition: { Bool: { 'aws:ViaAWSService': 'false' } }, context: {}, holds: false },
  { title: 'BoolIfExists matches a missing key', source: IF_EXISTS, condition: { BoolIfExists: { 'aws:ViaAWSService': 'false' } }, context: {}, holds: true },
  { title: 'IfExists still compares a present key', source: IF_EXISTS, condition: { StringEqualsIfExists: { [TEAM]: 'red' } }, context: { [TEAM]: 'blue' }, holds: false },
  { title: 'a negated IfExists matches a missing key', source: IF_EXISTS, condition: { StringNotEqualsIfExists: { [TEAM]: 'red' } }, context: {}, holds: true },
  { title: 'Null true matches a missing key', source: NULLS, condition: { Null: { 'aws:TokenIssueTime': 'true' } }, context: {}, holds: true },
  { title: 'Null true does not match a present key', source: NULLS, condition: { Null: { 'aws:TokenIssueTime': 'true' } }, context: { 'aws:TokenIssueTime': FENCE }, holds: false },
  { title: 'Null false matches a present key', source: NULLS, condition: { Null: { 'sts:ExternalId': 'false' } }, context: { 'sts:ExternalId': 'x1' }, holds: true },
  { title: 'Null false does not match a missing key', source: NULLS, condition: { Null: { 'sts:ExternalId': false } }, context: {}, holds: false },
  // Numbers, dates, addresses
  { title: 'NumericLessThanEquals compares as numbers', source: NUMBERS, condition: { NumericLessThanEquals: { 's3:max-keys': '10' } }, context: { 's3:max-keys': '9' }, holds: true },
  { title: 'NumericEquals takes a number without quotes', source: CONDITION, condition: { NumericEquals: { 's3:max-keys': 10 } }, context: { 's3:max-keys': '10.0' }, holds: true },
  { title: 'NumericGreaterThan is strict', source: NUMBERS, condition: { NumericGreaterThan: { 's3:max-keys': '10' } }, context: { 's3:max-keys': '10' }, holds: false },
  { title: 'NumericNotEquals matches a missing key', source: ABSENT_KEYS, condition: { NumericNotEquals: { 's3:max-keys': '10' } }, context: {}, holds: true },
  { title: 'DateGreaterThan holds past the moment', source: DATES, condition: { DateGreaterThan: { 'aws:CurrentTime': FENCE } }, context: { 'aws:CurrentTime': '2026-11-21T10:00:01Z' }, holds: true },
  { title: 'DateGreaterThan does not hold at the moment', source: DATES, condition: { DateGreaterThan: { 'aws:CurrentTime': FENCE } }, context: { 'aws:CurrentTime': FENCE }, holds: false },
  { title: 'DateLessThanEquals knows time zones', source: DATES, condition: { DateLessThanEquals: { 'aws:CurrentTime': '2026-11-21T11:00:00+01:00' } }, context: { 'aws:CurrentTime': FENCE }, holds: true },
  { title: 'dates may be seconds since the epoch', source: DATES, condition: { DateLessThan: { 'aws:EpochTime': '2026-11-21' } }, context: { 'aws:EpochTime': '1700000000' }, holds: true },
  { title: 'DateLessThan does not match a missing key', source: ABSENT_KEYS, condition: { DateLessThan: { 'aws:TokenIssueTime': FENCE } }, context: {}, holds: false },
  { title: 'IpAddress takes a range', source: ADDRESSES, condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, context: { 'aws:SourceIp': '203.0.113.200' }, holds: true },
  { title: 'an address without a prefix is itself', source: ADDRESSES, condition: { IpAddress: { 'aws:SourceIp': '203.0.113.7' } }, context: { 'aws:SourceIp': '203.0.113.8' }, holds: false },
  { title: 'IpAddress takes IPv6', source: ADDRESSES, condition: { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:DB8:1234:5678::/64'] } }, context: { 'aws:SourceIp': '2001:db8:1234:5678::1' }, holds: true },
  { title: 'NotIpAddress negates', source: ADDRESSES, condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, context: { 'aws:SourceIp': '203.0.113.9' }, holds: false },
  // Sets
  { title: 'ForAllValues needs every value of the request', source: SETS, condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, context: { 'aws:TagKeys': ['a', 'c'] }, holds: false },
  { title: 'ForAllValues takes a subset', source: SETS, condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, context: { 'aws:TagKeys': ['a'] }, holds: true },
  { title: 'ForAllValues matches a missing key', source: SETS, condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, context: {}, holds: true },
  { title: 'ForAllValues matches an empty set', source: SETS, condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': 'a*' } }, context: { 'aws:TagKeys': [] }, holds: true },
  { title: 'ForAllValues matches an empty string', source: SETS, condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': 'a*' } }, context: { 'aws:TagKeys': [''] }, holds: true },
  { title: 'ForAnyValue does not match an empty string', source: SETS, condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': '*' } }, context: { 'aws:TagKeys': [''] }, holds: false },
  { title: 'a number that is none compares with nothing', source: NUMBERS, condition: { NumericGreaterThanEquals: { 's3:max-keys': '0' } }, context: { 's3:max-keys': 'many' }, holds: false },
  { title: 'Null false guards ForAllValues', source: SETS, condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] }, Null: { 'aws:TagKeys': 'false' } }, context: {}, holds: false },
  { title: 'ForAnyValue needs one value of the request', source: SETS, condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, context: { 'aws:TagKeys': ['c', 'b'] }, holds: true },
  { title: 'ForAnyValue does not match a missing key', source: SETS, condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }, context: {}, holds: false },
  { title: 'a negated ForAnyValue does not match a missing key', source: SETS, condition: { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } }, context: {}, holds: false },
  { title: 'a multivalued key needs a set operator', source: KEY_POINTS, condition: { StringEquals: { 'aws:TagKeys': 'a' } }, context: { 'aws:TagKeys': ['a'] }, holds: 'error' },
  // Sets on keys that are absent, and beside IfExists
  { title: 'a negated ForAllValues matches a missing key', source: SETS, condition: { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } }, context: {}, holds: true },
  { title: 'a negated ForAllValues needs every value to differ', source: SETS, condition: { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } }, context: { 'aws:TagKeys': ['b', 'a'] }, holds: false },
  { title: 'a negated ForAnyValue needs one value that differs', source: SETS, condition: { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } }, context: { 'aws:TagKeys': ['a', 'b'] }, holds: true },
  { title: 'ForAnyValue with IfExists matches a missing key', source: IF_EXISTS, condition: { 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': ['a'] } }, context: {}, holds: true },
  { title: 'ForAnyValue with IfExists still compares a present key', source: IF_EXISTS, condition: { 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': ['a'] } }, context: { 'aws:TagKeys': ['b'] }, holds: false },
  { title: 'Null false matches a multivalued key that is present', source: NULLS, condition: { Null: { 'aws:TagKeys': 'false' } }, context: { 'aws:TagKeys': ['a'] }, holds: true },
  { title: 'several keys of Null are an AND', source: CONDITION_LOGIC, condition: { Null: { 'aws:TagKeys': 'false', [TEAM]: 'false' } }, context: { 'aws:TagKeys': ['a'] }, holds: false },
  // DynamoDB's own keys
  { title: 'LeadingKeys holds a caller to the rows of one partition', source: LEADING_KEYS, condition: { 'ForAllValues:StringEquals': { [LEADING]: ['${aws:userid}'] } }, context: { [LEADING]: ['ann'], 'aws:userid': 'ann' }, holds: true },
  { title: 'LeadingKeys denies the rows of another partition', source: LEADING_KEYS, condition: { 'ForAllValues:StringEquals': { [LEADING]: ['${aws:userid}'] } }, context: { [LEADING]: ['bob'], 'aws:userid': 'ann' }, holds: false },
  { title: 'LeadingKeys denies a batch that has one row of another partition', source: DYNAMODB_KEYS, condition: { 'ForAllValues:StringEquals': { [LEADING]: ['ann'] } }, context: { [LEADING]: ['ann', 'bob'] }, holds: false },
  { title: 'LeadingKeys alone lets a request through that has no key, such as a scan', source: LEADING_KEYS, condition: { 'ForAllValues:StringEquals': { [LEADING]: ['ann'] } }, context: {}, holds: true },
  { title: 'Attributes takes a part of the list', source: ATTRIBUTES, condition: LIMITED, context: { [TOUCHED]: ['UserId'], 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' }, holds: true },
  { title: 'Attributes denies one that is not on the list', source: ATTRIBUTES, condition: LIMITED, context: { [TOUCHED]: ['UserId', 'Wins'], 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' }, holds: false },
  { title: 'Select denies to ask for all attributes', source: ATTRIBUTES, condition: LIMITED, context: { [TOUCHED]: ['UserId'], 'dynamodb:Select': 'ALL_ATTRIBUTES' }, holds: false },
  { title: 'ReturnValues may be those that are listed', source: ATTRIBUTES, condition: LIMITED, context: { [TOUCHED]: ['UserId', 'TopScore'], 'dynamodb:ReturnValues': 'UPDATED_OLD' }, holds: true },
  { title: 'ReturnValues denies the whole item as an answer', source: ATTRIBUTES, condition: LIMITED, context: { [TOUCHED]: ['UserId', 'TopScore'], 'dynamodb:ReturnValues': 'ALL_OLD' }, holds: false },
  { title: 'Attributes minds case', source: ATTRIBUTES, condition: LIMITED, context: { [TOUCHED]: ['userid'] }, holds: false },
  // Variables
  { title: 'a variable stands for its value', source: VARIABLES, condition: { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } }, context: { 'aws:ResourceAccount': '111122223333', 'aws:PrincipalAccount': '111122223333' }, holds: true },
  { title: 'a variable works beside wildcards', source: VARIABLES, condition: { StringLike: { 's3:prefix': '${aws:username}/*' } }, context: { 's3:prefix': 'ann/x', 'aws:username': 'ann' }, holds: true },
  { title: 'the old language takes a variable for text', source: VARIABLES, condition: { StringEquals: { [TEAM]: '${aws:username}' } }, context: { [TEAM]: 'ann', 'aws:username': 'ann' }, holds: false, version: '2008-10-17' },
  { title: '${*} is an asterisk', source: VARIABLES, condition: { StringLike: { [TEAM]: 'a${*}' } }, context: { [TEAM]: 'ab' }, holds: false },
  { title: 'a variable without a value matches nothing', source: VARIABLES, condition: { StringLike: { [TEAM]: '*${aws:username}*' } }, context: { [TEAM]: 'ann' }, holds: false },
  { title: 'a variable without a value matches a negation', source: VARIABLES, condition: { StringNotEquals: { [TEAM]: '${aws:username}' } }, context: { [TEAM]: 'ann' }, holds: true },
  { title: 'a variable may have a default', source: DEFAULTS, condition: { StringEquals: { [TEAM]: "${aws:username, 'nobody'}" } }, context: { [TEAM]: 'nobody' }, holds: true },
  { title: 'numbers take no variables', source: VARIABLES_IN_CONDITION, condition: { NumericEquals: { 's3:max-keys': '${aws:EpochTime}' } }, context: { 's3:max-keys': '1', 'aws:EpochTime': '1' }, holds: 'error' },
  // What is not understood
  { title: 'an unknown operator is an error', source: OPERATOR_LIST, condition: { StringMatches: { [TEAM]: 'red' } }, context: { [TEAM]: 'red' }, holds: 'error' },
  { title: 'an unknown operator is an error beside one that fails', source: OPERATOR_LIST, condition: { Bool: { 'aws:SecureTransport': 'false' }, stringEquals: { [TEAM]: 'red' } }, context: { 'aws:SecureTransport': 'true' }, holds: 'error' },
  { title: 'Null has no IfExists', source: IF_EXISTS, condition: { NullIfExists: { [TEAM]: 'true' } }, context: {}, holds: 'error' },
  { title: 'an unknown variable is an error', source: VARIABLES, condition: { StringEquals: { [TEAM]: '${broker:team}' } }, context: { [TEAM]: 'red' }, holds: 'error' },
  { title: 'a multivalued key is no variable', source: KEY_POINTS, condition: { StringEquals: { [TEAM]: '${aws:TagKeys}' } }, context: { [TEAM]: 'red', 'aws:TagKeys': ['red'] }, holds: 'error' },
  { title: 'a date that is none is an error', source: DATES, condition: { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }, context: { 'aws:CurrentTime': FENCE }, holds: 'error' },
];

export type StatementCase = {
  readonly title: string;
  readonly source: Citation;
  readonly statements: readonly PolicyStatement[];
  readonly action: string;
  readonly resource: string;
  readonly verdict: 'allowed' | 'denied' | 'silent' | 'error';
};

const OBJECT = 'arn:aws:s3:::logs/2026/a.json';
const read = { action: 's3:GetObject', resource: OBJECT };
const anything: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };

// biome-ignore format: one case a line
export const statementCases: readonly StatementCase[] = [
  { title: 'nothing said is not allowed', source: LOGIC, statements: [], ...read, verdict: 'silent' },
  { title: 'an Allow allows', source: LOGIC, statements: [anything], ...read, verdict: 'allowed' },
  { title: 'a Deny wins over an Allow before it', source: LOGIC, statements: [anything, { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }], ...read, verdict: 'denied' },
  { title: 'a Deny wins over an Allow after it', source: LOGIC, statements: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }, anything], ...read, verdict: 'denied' },
  { title: 'a Deny whose condition fails denies nothing', source: LOGIC, statements: [anything, { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }], ...read, verdict: 'allowed' },
  { title: 'an action ignores case', source: ACTION, statements: [{ Effect: 'Allow', Action: 'S3:GETObject', Resource: '*' }], ...read, verdict: 'allowed' },
  { title: 'an action takes wildcards', source: ACTION, statements: [{ Effect: 'Allow', Action: ['s3:G?tObj*', 's3:List*'], Resource: '*' }], ...read, verdict: 'allowed' },
  { title: 'an action is matched whole', source: ACTION, statements: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }], action: 's3:GetObjectTagging', resource: OBJECT, verdict: 'silent' },
  { title: 'NotAction leaves out what it names', source: NOT_ACTION, statements: [{ Effect: 'Allow', NotAction: 's3:Get*', Resource: '*' }], ...read, verdict: 'silent' },
  { title: 'NotAction covers all the rest', source: NOT_ACTION, statements: [{ Effect: 'Deny', NotAction: 'iam:*', Resource: '*' }], ...read, verdict: 'denied' },
  { title: 'a resource minds case', source: RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::Logs/*' }], ...read, verdict: 'silent' },
  { title: 'a resource wildcard reaches over slashes', source: WILDCARDS, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::logs/*.json' }], ...read, verdict: 'allowed' },
  { title: 'a wildcard at the end of a segment reaches over colons', source: WILDCARDS, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:*' }], ...read, verdict: 'allowed' },
  { title: 'a wildcard takes one character for ?', source: WILDCARDS, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::logs/202?/a.json' }], ...read, verdict: 'allowed' },
  { title: 'NotAction of an Allow beside a Deny of its own', source: NOT_ACTION, statements: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, { Effect: 'Deny', NotAction: 's3:List*', Resource: '*' }], ...read, verdict: 'denied' },
  { title: 'a bucket is not its objects', source: RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::logs' }], ...read, verdict: 'silent' },
  { title: 'one resource of a list is enough', source: RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: ['arn:aws:s3:::x', OBJECT] }], ...read, verdict: 'allowed' },
  { title: 'NotResource leaves out what it names', source: NOT_RESOURCE, statements: [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::logs/*' }], ...read, verdict: 'silent' },
  { title: 'NotResource covers all the rest', source: NOT_RESOURCE, statements: [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::other/*' }], ...read, verdict: 'denied' },
  { title: 'a variable stands in a resource', source: VARIABLES_IN_RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::logs/${aws:PrincipalTag/year}/*' }], ...read, verdict: 'allowed' },
  { title: 'what a variable brings is no wildcard', source: VARIABLES_IN_RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::${aws:PrincipalTag/star}' }], ...read, verdict: 'silent' },
  { title: 'a resource variable without a value matches nothing', source: VARIABLES_IN_RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::logs/${aws:username}*' }], ...read, verdict: 'silent' },
  { title: 'a variable before the fifth colon is an error', source: VARIABLES_IN_RESOURCE, statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:iam::${aws:PrincipalAccount}:role/x' }], ...read, verdict: 'error' },
];

export type AccessCase = {
  readonly title: string;
  readonly source: Citation;
  readonly identity: readonly PolicyStatement[];
  readonly session?: readonly PolicyStatement[];
  readonly resource?: PolicyDocument['Statement'];
  readonly crossAccount?: boolean;
  readonly resourcePolicyDecides?: boolean;
  readonly service?: string;
  /** AWS does not store a policy that is an `error` here. */
  readonly allowed: boolean | 'error';
};

/** The caller is a session `one` of `ROLE` in 111122223333; the action is `kms:Decrypt` on a key. */
const can: PolicyStatement = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
const cannot: PolicyStatement = { Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' };
const other: PolicyStatement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const grants = (Principal: PolicyStatement['Principal'] & {}): PolicyStatement => ({ ...can, Principal });
const ACCOUNT_ROOT = { AWS: 'arn:aws:iam::111122223333:root' };
const SESSION = 'arn:aws:sts::111122223333:assumed-role/worker/one';

// biome-ignore format: one case a line
export const accessCases: readonly AccessCase[] = [
  { title: 'an identity policy is enough in its own account', source: SAME_ACCOUNT, identity: [can], allowed: true },
  { title: 'without any policy nothing is allowed', source: SAME_ACCOUNT, identity: [], allowed: false },
  { title: 'a resource policy that names the role is enough in its account', source: SAME_ACCOUNT, identity: [], resource: [grants({ AWS: ROLE })], allowed: true },
  { title: 'a resource policy that names the session is enough in its account', source: SESSION_PRINCIPALS, identity: [], resource: [grants({ AWS: SESSION })], allowed: true },
  { title: 'a resource policy that names another session is not', source: SESSION_PRINCIPALS, identity: [], resource: [grants({ AWS: `${SESSION}2` })], allowed: false },
  { title: 'a resource policy that names the account leaves it to identity policies', source: PRINCIPAL, identity: [], resource: [grants(ACCOUNT_ROOT)], allowed: false },
  { title: 'an account may be named by its number', source: ACCOUNT_PRINCIPALS, identity: [can], resource: [grants({ AWS: '111122223333' })], crossAccount: true, allowed: true },
  { title: 'a resource policy for everybody names the caller', source: ALL_PRINCIPALS, identity: [], resource: [grants('*')], allowed: true },
  { title: 'AWS * is everybody', source: ALL_PRINCIPALS, identity: [], resource: [grants({ AWS: '*' })], allowed: true },
  { title: 'one principal of a list is enough', source: PRINCIPAL, identity: [], resource: [grants({ AWS: ['444455556666', ROLE] })], allowed: true },
  { title: 'a Deny for another account does not reach the caller', source: ACCOUNT_PRINCIPALS, identity: [can], resource: [{ ...cannot, Principal: { AWS: '444455556666' } }], allowed: true },
  { title: 'a Deny for everybody reaches the caller', source: ALL_PRINCIPALS, identity: [can], resource: [{ ...cannot, Principal: '*' }, grants({ AWS: ROLE })], allowed: false },
  { title: 'a part of a principal is no wildcard', source: PRINCIPAL, identity: [can], resource: [grants({ AWS: 'arn:aws:iam::111122223333:role/*' })], allowed: 'error' },
  { title: 'a Deny of the identity wins over the resource policy', source: LOGIC, identity: [cannot], resource: [grants({ AWS: ROLE })], allowed: false },
  { title: 'a Deny of the resource wins over the identity', source: LOGIC, identity: [can], resource: [{ ...cannot, Principal: '*' }], allowed: false },
  { title: 'a Deny for the account reaches its roles', source: ACCOUNT_PRINCIPALS, identity: [can], resource: [{ ...cannot, Principal: ACCOUNT_ROOT }], allowed: false },
  { title: 'across accounts an identity policy is not enough', source: CROSS_ACCOUNT, identity: [can], crossAccount: true, allowed: false },
  { title: 'across accounts a resource policy is not enough', source: CROSS_ACCOUNT, identity: [], resource: [grants({ AWS: ROLE })], crossAccount: true, allowed: false },
  { title: 'across accounts both are', source: CROSS_ACCOUNT, identity: [can], resource: [grants({ AWS: ROLE })], crossAccount: true, allowed: true },
  { title: 'across accounts the account may be named', source: CROSS_ACCOUNT, identity: [can], resource: [grants(ACCOUNT_ROOT)], crossAccount: true, allowed: true },
  { title: 'across accounts another account is not', source: CROSS_ACCOUNT, identity: [can], resource: [grants({ AWS: '444455556666' })], crossAccount: true, allowed: false },
  { title: 'a session policy takes away', source: SESSION_POLICIES, identity: [can], session: [other], allowed: false },
  { title: 'a session policy adds nothing', source: SESSION_POLICIES, identity: [other], session: [can], allowed: false },
  { title: 'a session policy that is silent about a key of another account denies it', source: SESSION_POLICIES, identity: [can], session: [other], resource: [grants({ AWS: ROLE })], crossAccount: true, allowed: false },
  { title: 'across accounts a session policy that allows as well is no hindrance', source: SESSION_POLICIES, identity: [can], session: [can], resource: [grants({ AWS: ROLE })], crossAccount: true, allowed: true },
  { title: 'across accounts a Deny of the resource wins', source: CROSS_ACCOUNT, identity: [can], resource: [grants({ AWS: ROLE }), { ...cannot, Principal: { AWS: ROLE } }], crossAccount: true, allowed: false },
  { title: 'role and session policy together allow', source: SESSION_POLICIES, identity: [can, other], session: [can], allowed: true },
  { title: 'a Deny of the session policy wins', source: SESSION_POLICIES, identity: [can], session: [can, cannot], allowed: false },
  { title: 'a session policy limits what a resource policy gives the role', source: SESSION_POLICIES, identity: [], session: [other], resource: [grants({ AWS: ROLE })], allowed: false },
  { title: 'a key policy decides: an identity policy alone is not enough', source: KEY_POLICIES, identity: [can], resource: [], resourcePolicyDecides: true, allowed: false },
  { title: 'a key policy that names the account needs an identity policy', source: KEY_POLICIES, identity: [], resource: [grants(ACCOUNT_ROOT)], resourcePolicyDecides: true, allowed: false },
  { title: 'a key policy that names the account lets identity policies speak', source: KEY_POLICIES, identity: [can], resource: [grants(ACCOUNT_ROOT)], resourcePolicyDecides: true, allowed: true },
  { title: 'a key policy that names the role is enough', source: KEY_POLICIES, identity: [], resource: [grants({ AWS: ROLE })], resourcePolicyDecides: true, allowed: true },
  { title: 'a service is allowed by the resource policy', source: SERVICE_PRINCIPALS, service: 'events.amazonaws.com', identity: [], resource: [grants({ Service: 'events.amazonaws.com' })], allowed: true },
  { title: 'another service is not', source: SERVICE_PRINCIPALS, service: 'sns.amazonaws.com', identity: [], resource: [grants({ Service: 'events.amazonaws.com' })], allowed: false },
  { title: 'a role is no service', source: SERVICE_PRINCIPALS, identity: [], resource: [grants({ Service: 'events.amazonaws.com' })], allowed: false },
  { title: 'a service acts for a source that must match', source: CONFUSED_DEPUTY, service: 'events.amazonaws.com', identity: [], resource: [{ ...grants({ Service: 'events.amazonaws.com' }), Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:eu-west-1:111122223333:rule/bus/x' } } }], allowed: false },
];

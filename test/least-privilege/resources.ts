import { OWN, prefix, region, TENANT } from '../architecture/packaged-access.ts';
import type { Power, Question } from './function-table.ts';

/** The words in which the tables speak of the deployment's resources and of DynamoDB's condition keys. */
export const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
export const tenants = table('tenants');
export const switches = table('switches');
export const limits = table('limits');
export const ledger = table('ledger');
export const tables = [tenants, switches, limits, ledger];

export const queue = (name: string) => `arn:aws:sqs:${region}:${OWN}:${prefix}-${name}`;
export const functionArn = (name: string) => `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${name}`;
export const ownRole = (name: string) => `arn:aws:iam::${OWN}:role/${name}`;
export const bus = `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`;
export const archive = `arn:aws:s3:::${prefix}-archive-${OWN}`;
export const trail = (home = region, account = OWN) => `arn:aws:cloudtrail:${home}:${account}:trail/x`;
export const logStream = (name: string) =>
  `arn:aws:logs:${region}:${OWN}:log-group:/aws/lambda/${prefix}-${name}:log-stream:x`;

/** A role of the pattern, whose trust opens to our whole account: only our own policies can say no. */
export const tenantRole = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;
export const ownTenantRole = ownRole('credential-broker/audit');

export const withId = { 'sts:ExternalId': 'cb-local1-x' };

/** What a request says of the rows and attributes it touches. */
export function touches(
  key: string | readonly string[],
  attributes: readonly string[] = ['recordId'],
  more: Question['context'] = {},
): NonNullable<Question['context']> {
  const said = (name: string, values: readonly string[]) => (values.length === 0 ? {} : { [name]: values });
  return { ...said('dynamodb:LeadingKeys', [key].flat()), ...said('dynamodb:Attributes', attributes), ...more };
}

/** A read with a projection of these attributes. */
export function projects(key: string | readonly string[], attributes: readonly string[]) {
  return touches(key, attributes, { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' });
}

/** A read of whole items. */
export function readsWhole(key: string | readonly string[], attributes: readonly string[] = ['recordId']) {
  return touches(key, attributes, { 'dynamodb:Select': 'ALL_ATTRIBUTES' });
}

export const actions = (service: string, ...names: readonly string[]) => names.map((name) => `${service}:${name}`);
export const dynamodb = (...names: readonly string[]) => actions('dynamodb', ...names);

/** What nearly every function needs: its log group, and the tables' key as DynamoDB uses it for its caller. */
export function usualPowers(name: string, tablesKeyActions = ['Decrypt', 'GenerateDataKey']): Power[] {
  const viaDynamoDb = { 'kms:ViaService': `dynamodb.${region}.amazonaws.com`, 'kms:CallerAccount': OWN };
  const useKey = { actions: actions('kms', ...tablesKeyActions), resources: ['key:tables'], context: viaDynamoDb };
  return [
    ...(tablesKeyActions.length === 0 ? [] : [{ sid: 'UseTablesKeyThroughDynamoDb', ...useKey }]),
    { sid: 'WriteLogs', actions: actions('logs', 'CreateLogStream', 'PutLogEvents'), resources: [logStream(name)] },
  ];
}

import { describe, expect, it } from 'vitest';
import { brokerEnvironment, jobEnvironment, sweeperEnvironment } from '../../../lib/platform/environment.ts';

const variables = {
  TENANTS_TABLE: 'tenants',
  SWITCHES_TABLE: 'switches',
  LIMITS_TABLE: 'limits',
  LEDGER_TABLE: 'ledger',
  REQUEST_QUEUE_URL: 'https://sqs/requests',
  REQUEST_DLQ_URL: 'https://sqs/dead',
  ENVELOPE_KEY_ARN: 'arn:aws:kms:eu-west-1:111111111111:key/1',
  JOB_FUNCTION_NAME_PREFIX: 'credential-broker-test-',
  VERIFY_TRUST_FUNCTION: 'credential-broker-test-verify-trust',
  BROKER_ACCOUNT_ID: '111111111111',
  SOMETHING_ELSE: 'passed over',
};

const readers = [
  {
    name: 'broker',
    read: brokerEnvironment,
    needs: Object.keys(variables).filter((name) => name !== 'SOMETHING_ELSE'),
    gives: {
      tenantsTable: 'tenants',
      switchesTable: 'switches',
      limitsTable: 'limits',
      ledgerTable: 'ledger',
      requestQueueUrl: 'https://sqs/requests',
      requestDeadLetterQueueUrl: 'https://sqs/dead',
      envelopeKeyArn: 'arn:aws:kms:eu-west-1:111111111111:key/1',
      jobFunctionNamePrefix: 'credential-broker-test-',
      verifyTrustFunctionName: 'credential-broker-test-verify-trust',
      brokerAccountId: '111111111111',
    },
  },
  {
    name: 'sweeper',
    read: sweeperEnvironment,
    needs: ['LEDGER_TABLE', 'REQUEST_QUEUE_URL'],
    gives: { ledgerTable: 'ledger', requestQueueUrl: 'https://sqs/requests' },
  },
  {
    name: 'job',
    read: jobEnvironment,
    needs: ['LEDGER_TABLE', 'SWITCHES_TABLE', 'ENVELOPE_KEY_ARN'],
    gives: {
      ledgerTable: 'ledger',
      switchesTable: 'switches',
      envelopeKeyArn: 'arn:aws:kms:eu-west-1:111111111111:key/1',
    },
  },
];

describe.each(readers)('the environment of a $name', ({ read, needs, gives }) => {
  it('is read whole', () => {
    expect(read(variables)).toEqual(gives);
  });

  it.each(needs)('is refused without %s, by name', (name) => {
    expect(() => read({ ...variables, [name]: undefined })).toThrow(new RegExp(`: ${name}$`));
    expect(() => read({ ...variables, [name]: '' })).toThrow(new RegExp(`: ${name}$`));
  });

  it('names all that is missing at once', () => {
    expect(() => read({})).toThrow(`environment variables are missing or malformed: ${needs.join(', ')}`);
  });
});

it.each(['11111111111', '1111111111111', '11111111111a', ' 111111111111', '111111111111\n'])(
  'refuses an account that is not 12 digits: %j',
  (account) => {
    expect(() => brokerEnvironment({ ...variables, BROKER_ACCOUNT_ID: account })).toThrow(': BROKER_ACCOUNT_ID');
  },
);

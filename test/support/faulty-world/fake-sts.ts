import { type AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { FrozenClock } from '../frozen-clock.ts';
import { type Faults, namedError, type Temper } from './faults.ts';

/** A session as STS knows it: whoever made it, whether or not anybody holds it. */
export type MintedSession = {
  readonly issuanceId: string;
  readonly attempt: number;
  readonly roleArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
};

export type FakeSts = {
  readonly client: STSClient;
  readonly minted: readonly MintedSession[];
  /** What was asked for in each call, the refused ones too. */
  readonly asked: readonly AssumeRoleCommand['input'][];
  /** The trust policy of every role. */
  trusts: (input: AssumeRoleCommand['input']) => boolean;
  /** How far the clock of STS is ahead of the broker's. */
  skewMs: number;
};

const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => stsError('Throttling', 400),
};

/** STS, which lets the broker into every account with whatever external ID, unless `trusts` says more. */
export function fakeSts(faults: Faults, clock: FrozenClock): FakeSts {
  const minted: MintedSession[] = [];
  const asked: AssumeRoleCommand['input'][] = [];

  function mint(input: AssumeRoleCommand['input']): object {
    const number = String(minted.length + 1);
    const { issuanceId, attempt } = partsOf(input.RoleSessionName);
    const session = {
      issuanceId,
      attempt,
      roleArn: input.RoleArn ?? '',
      accessKeyId: `ASIA${number.padStart(16, '0')}`,
      secretAccessKey: `canary/secret+${number.padStart(26, '0')}`,
      sessionToken: `canary/token"${number.padStart(100, '+')}==`,
    };
    minted.push(session);
    const expiresAtMs = clock.nowMs() + fake.skewMs + (input.DurationSeconds ?? 0) * 1000;
    return {
      $metadata: { requestId: `sts-${number}` },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: new Date(expiresAtMs),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROA:${input.RoleSessionName}`,
        Arn: 'arn:aws:sts::222222222222:assumed-role',
      },
    };
  }

  const client = new STSClient({ region: 'eu-west-1' });
  const fake: FakeSts = {
    client: Object.assign(client, {
      send({ input }: AssumeRoleCommand) {
        asked.push(input);
        const { issuanceId, attempt } = partsOf(input.RoleSessionName);
        return faults.through({ site: 'sts.assume', subject: issuanceId, attempt, assume: input }, temper, async () => {
          if (!input.Policy || !fake.trusts(input)) throw stsError('AccessDenied', 403);
          return mint(input);
        });
      },
    }),
    minted,
    asked,
    trusts: ({ ExternalId }) => ExternalId !== undefined,
    skewMs: 0,
  };
  return fake;
}

/** An answer of STS that says no, with the request id that the audit joins a denial by. */
export function stsError(code: string, httpStatusCode: number): Error {
  return namedError(code, { Code: code, $metadata: { httpStatusCode, requestId: `sts-${code}` } });
}

function partsOf(sessionName: string | undefined): { readonly issuanceId: string; readonly attempt: number } {
  const [job = '', hash = '', attempt = ''] = sessionName?.split('.') ?? [];
  return { issuanceId: `${job}.${hash}`, attempt: Number(attempt) };
}

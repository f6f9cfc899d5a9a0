import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { packageStage } from '../../config/package/package-stage.ts';
import { resolveIntrinsics } from '../../local/template/intrinsics.ts';
import type { Statement } from './roles.ts';

/** What the references of a packaged policy stand for where it is tried. */
export type Stand = {
  readonly accountId: string;
  readonly region: string;
  /** The ARNs of the things that were made, by the logical id of what they stand for. */
  readonly arns?: Readonly<Record<string, string>>;
};

export type Packaged = {
  /** Statements of a function's role, by their `Sid`, in the order asked for. */
  roleStatements(logicalId: string, sids: readonly string[], stand: Stand): readonly Statement[];
  /** The statements of a policy of a queue, bucket or key. */
  resourceStatements(logicalId: string, stand: Stand): readonly Statement[];
};

const statements = v.array(v.looseObject({ Sid: v.optional(v.string()) }));
const document = v.object({ Statement: statements });
const roleProperties = v.object({ Policies: v.array(v.object({ PolicyDocument: document })) });
const policyProperties = v.union([
  v.pipe(
    v.object({ PolicyDocument: document }),
    v.transform(({ PolicyDocument }) => PolicyDocument.Statement),
  ),
  v.pipe(
    v.object({ KeyPolicy: document }),
    v.transform(({ KeyPolicy }) => KeyPolicy.Statement),
  ),
]);
const template = v.object({ Resources: v.record(v.string(), v.object({ Properties: v.optional(v.unknown()) })) });

/** Reads the policies that are deployed, so that what is tried in AWS is their very text and not a copy of it. */
export async function readPackaged(): Promise<Packaged> {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  const { Resources } = v.parse(template, JSON.parse(readFileSync(templatePath, 'utf8')));
  const propertiesOf = (logicalId: string, stand: Stand) =>
    resolveIntrinsics(Resources[logicalId]?.Properties, scopeOf(stand), logicalId);
  return {
    roleStatements(logicalId, sids, stand) {
      const { Policies } = v.parse(roleProperties, propertiesOf(logicalId, stand));
      const all = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      return sids.map((sid) => {
        const found = all.find(({ Sid }) => Sid === sid);
        if (found === undefined) throw new Error(`${logicalId} has no statement ${sid}`);
        return found;
      });
    },
    resourceStatements: (logicalId, stand) => v.parse(policyProperties, propertiesOf(logicalId, stand)),
  };
}

/** A part of a template with its references resolved. */
export function standingFor(value: unknown, stand: Stand): unknown {
  return resolveIntrinsics(value, scopeOf(stand), 'a part of the template');
}

/** What was not made stands for something that nobody is: a statement that names it lets nobody in. */
function scopeOf({ accountId, region, arns = {} }: Stand) {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': accountId,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return {
    ref: (name: string) => pseudo[name] ?? `not-made-${name}`,
    attribute: (logicalId: string, attribute: string) =>
      attribute === 'Arn' || attribute === 'StreamArn'
        ? (arns[logicalId] ?? `arn:aws:iam::${accountId}:role/not-made-${logicalId}`)
        : `not-made-${logicalId}`,
  };
}

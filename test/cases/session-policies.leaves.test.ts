import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../lib/jobs/job.ts';
import { arn, arnPrefix, value, valuePrefix } from '../../lib/jobs/policy-statement.ts';
import { buildSessionPolicy, type SessionPolicy } from '../../lib/jobs/session-policy.ts';
import { careless, injections } from './session-policies.cases.ts';

const fenceMs = Date.parse('2031-05-06T07:08:09.999Z');

function build(settings: unknown, job: Job): SessionPolicy {
  return buildSessionPolicy({ job, settings, fenceMs, partition: 'aws' });
}

const everyLeaf: readonly (readonly [string, Job<{ text: string }>])[] = [
  ['resource', careless((text, partition) => ({ resources: [arn({ partition, service: 's3', resource: text })] }))],
  ['prefix', careless((text, partition) => ({ resources: [arnPrefix({ partition, service: 's3', resource: text })] }))],
  ['service', careless((text, partition) => ({ resources: [arn({ partition, service: text, resource: 'b' })] }))],
  [
    'region',
    careless((text, partition) => ({ resources: [arn({ partition, service: 's3', region: text, resource: 'b' })] })),
  ],
  [
    'account',
    careless((text, partition) => ({ resources: [arn({ partition, service: 's3', accountId: text, resource: 'b' })] })),
  ],
  ['partition', careless((text) => ({ resources: [arn({ partition: text, service: 's3', resource: 'b' })] }))],
  ['action', careless((text) => ({ actions: [text] }))],
  ['condition value', careless((text) => ({ conditions: { StringEquals: { 's3:prefix': [value(text)] } } }))],
  ['condition prefix', careless((text) => ({ conditions: { StringLike: { 's3:prefix': [valuePrefix(text)] } } }))],
  ['condition key', careless((text) => ({ conditions: { StringEquals: Object.fromEntries([[text, [value('a')]]]) } }))],
];

describe.each(everyLeaf)('a setting that a careless job puts into a %s', (_leaf, job) => {
  it.each(injections)('is refused: %j', (text) => {
    const policy = build({ text }, job);
    expect(policy).toMatchObject({ built: false, reason: 'policy.parameterInvalid' });
    // The refusal is recorded and shown: it names the place, never what was in it.
    if (text.length > 3) expect(JSON.stringify(policy)).not.toContain(text);
  });

  it('changes only that leaf, for whatever text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.stringMatching(/^[A-Za-z0-9:/.*?${}",-]{1,40}$/),
    );
    const golden = build({ text: goldenText(job) }, job);
    if (!golden.built) throw new Error('the golden policy was refused');
    fc.assert(
      fc.property(text, (each) => {
        const policy = build({ text: each }, job);
        if (!policy.built) return;
        expect(/[*?${}]|[^\x20-\x7e]/.test(each)).toBe(false);
        expect(shapeOf(JSON.parse(policy.json))).toEqual(shapeOf(JSON.parse(golden.json)));
        expect(policy.json.match(/\*/g)?.length).toBe(golden.json.match(/\*/g)?.length);
      }),
      { numRuns: 300 },
    );
  });
});

function goldenText(job: Job<{ text: string }>): string {
  const candidates = ['sample', '123456789012', 'aws', 's3:GetBucketTagging'];
  const fits = candidates.find((text) => build({ text }, job).built);
  if (fits === undefined) throw new Error('no text fits this leaf');
  return fits;
}

/** A policy without its texts: what may not change, whatever a setting holds. */
function shapeOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(shapeOf);
  if (typeof node !== 'object' || node === null) return typeof node;
  const keys = new Set([
    'Version',
    'Statement',
    'Effect',
    'Action',
    'Resource',
    'Condition',
    'StringEquals',
    'StringLike',
  ]);
  return Object.entries(node).map(([key, child]) => [keys.has(key) ? key : 'condition key', shapeOf(child)]);
}

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../lib/jobs/job.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { arn, type PolicyStatement } from '../../lib/jobs/policy-statement.ts';
import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';
import { buildSessionPolicy, type SessionPolicy } from '../../lib/jobs/session-policy.ts';
import { accepted, careless, injections, policyOf, refused } from './session-policies.cases.ts';

const fenceMs = Date.parse('2031-05-06T07:08:09.999Z');

function build(settings: unknown, job: Job = scanAccountJob, partition = 'aws'): SessionPolicy {
  return buildSessionPolicy({ job, settings, fenceMs, partition });
}

describe('the session policy of scan-account', () => {
  it.each(accepted)('$name', ({ settings, partition, resources }) => {
    const policy = build(settings, scanAccountJob, partition);
    expect(policy).toMatchObject({ built: true });
    if (policy.built) expect(JSON.parse(policy.json)).toEqual(policyOf(resources, '2031-05-06T07:08:09Z'));
  });

  it.each(refused)('refuses settings with $name', ({ settings, parameter }) => {
    expect(build(settings)).toEqual({
      built: false,
      reason: 'policy.parameterInvalid',
      detail: { parameter, allowed: 'what the settings of the job declare' },
    });
  });

  it('differs from the golden policy in nothing but the resources, for all settings', () => {
    const prefix = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{2,62}$/);
    fc.assert(
      fc.property(fc.array(prefix, { minLength: 1, maxLength: 10 }), (bucketNamePrefixes) => {
        const policy = build({ bucketNamePrefixes });
        if (!policy.built) throw new Error(policy.reason);
        const resources = bucketNamePrefixes.map((each) => `arn:aws:s3:::${each}*`);
        expect(JSON.parse(policy.json)).toEqual(policyOf(resources, '2031-05-06T07:08:09Z'));
      }),
    );
  });

  it('either refuses arbitrary settings or allows no bucket that does not begin as they say', () => {
    const anything = fc.oneof(fc.string(), fc.constantFrom(...injections), fc.stringMatching(/^[a-z0-9.*?-]{1,70}$/));
    fc.assert(
      fc.property(
        fc.array(anything, { maxLength: 11 }),
        fc.stringMatching(/^[a-z0-9.-]{3,63}$/),
        (prefixes, bucket) => {
          const policy = build({ bucketNamePrefixes: prefixes });
          if (!policy.built) return;
          const allows = allowedResources(policy.json).some((pattern) => matches(pattern, `arn:aws:s3:::${bucket}`));
          expect(allows).toBe(prefixes.some((prefix) => bucket.startsWith(prefix)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('every job of the catalogue', () => {
  const all = [...jobCatalogue.values()].flatMap((job) =>
    ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'].flatMap((partition) =>
      [job.defaultSettings ?? job.largestSettings, job.largestSettings].map((settings) => ({
        job,
        partition,
        settings,
      })),
    ),
  );

  it.each(all)('gives $job.name in $partition a policy that STS takes and that ends with the fence', (each) => {
    const policy = build(each.settings, each.job, each.partition);
    if (!policy.built) throw new Error(policy.reason);
    expect(policy.json.length).toBeLessThanOrEqual(2_048);
    expect(policy.json).toMatch(/^[\x20-\x7e]+$/);
    expect(policy.json.endsWith(FENCE)).toBe(true);
    expect(policy.sha256).toBe(createHash('sha256').update(policy.json).digest('hex'));
  });
});

describe('a session policy', () => {
  const filler = careless((text, partition) => ({
    resources: Array.from({ length: 4 }, () => arn({ partition, service: 's3', resource: text })),
  }));
  const lengthOf = (text: string) => build({ text }, filler);

  it('may have 2,048 characters and not one more', () => {
    const short = lengthOf('a');
    if (!short.built) throw new Error('not built');
    const spare = 2_048 - short.json.length;
    const uneven = careless((text, partition) => ({
      resources: Array.from({ length: 4 }, (_, nth) =>
        arn({ partition, service: 's3', resource: 'a'.repeat(1 + Math.floor((Number(text) + nth) / 4)) }),
      ),
    }));
    const full = build({ text: String(spare) }, uneven);
    expect(full).toMatchObject({ built: true });
    if (full.built) expect(full.json).toHaveLength(2_048);
    expect(build({ text: String(spare + 1) }, uneven)).toEqual({
      built: false,
      reason: 'policy.tooLarge',
      detail: { size: 2_049, limit: 2_048 },
    });
  });

  it('is refused when a list of settings leaves a statement without resources', () => {
    const empty = careless(() => ({ resources: [] }));
    expect(build({ text: 'a' }, empty)).toMatchObject({
      built: false,
      detail: { parameter: 'statement 1, resources' },
    });
  });

  it('is refused when it does not read back as it was meant', () => {
    const { effect }: PolicyStatement = JSON.parse('{}');
    const lost = careless(() => ({ effect }));
    expect(build({ text: 'a' }, lost)).toMatchObject({ built: false, detail: { parameter: 'policy' } });
  });

  it('cuts its fence down to the second, never up', () => {
    const policy = build({});
    expect(policy).toMatchObject({ built: true, json: expect.stringContaining('"2031-05-06T07:08:09Z"') });
  });

  it.each([Number.NaN, 0, -1, 1.5, Number.POSITIVE_INFINITY])('is never built with the fence %s', (wrong) => {
    const input = { job: scanAccountJob, settings: {}, fenceMs: wrong, partition: 'aws' };
    expect(() => buildSessionPolicy(input)).toThrow(RangeError);
  });

  it('leaves Object.prototype alone whatever the settings hold', () => {
    const poisoned: unknown = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect(build(poisoned)).toMatchObject({ built: false });
    expect('polluted' in {}).toBe(false);
  });
});

const FENCE =
  '{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2031-05-06T07:08:09Z"}}}]}';

function allowedResources(json: string): readonly string[] {
  const { Statement } = v.parse(
    v.object({ Statement: v.array(v.looseObject({ Resource: v.unknown() })) }),
    JSON.parse(json),
  );
  return v.parse(v.array(v.string()), Statement[1]?.Resource);
}

/** How IAM matches a resource: `*` is any text, `?` one character. */
function matches(pattern: string, resource: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[.\\+^$()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 's').test(resource);
}

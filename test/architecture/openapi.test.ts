import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { auditOperations } from '../../config/openapi/audit-operations.ts';
import { jsonSchemaOf } from '../../config/openapi/json-schema.ts';
import { openApiDocument } from '../../config/openapi/openapi-document.ts';
import { auditRoutes } from '../../lib/audit/questions/audit-routes.ts';
import { requestRoutes } from '../../lib/on-demand/request-routes.ts';
import { keptAuditStore } from '../support/kept-audit-store.ts';
import { root } from './source-files.ts';

type Paths = Record<string, Record<string, { responses?: Record<string, unknown>; operationId?: string }>>;
const paths = () => openApiDocument()['paths'] as Paths;

describe('docs/openapi.yaml', () => {
  it('is what the schemas say (vitest run test/architecture -u writes it)', async () => {
    const document = stringify(openApiDocument(), { aliasDuplicateObjects: false, lineWidth: 120 });
    await expect(document).toMatchFileSnapshot(path.join(root, 'docs/openapi.yaml'));
  });

  it('has every route of request-job', () => {
    const routes = requestRoutes({ ask: () => Promise.reject(new Error('not asked')), clock: { nowMs: () => 0 } });
    const written = Object.entries(paths()).flatMap(([at, methods]) =>
      Object.entries(methods).flatMap(([method, { operationId = '' }]) =>
        operationId.startsWith('request-job ') ? [`${method.toUpperCase()} ${at}`] : [],
      ),
    );
    expect(written).toEqual(Object.keys(routes));
  });

  it('has every route of answer-audit-query', () => {
    const never = () => Promise.reject(new Error('not asked'));
    const routes = auditRoutes({
      openStore: () => keptAuditStore([]),
      receipts: never,
      signingKeys: never,
      clock: { nowMs: () => 0 },
      roles: { arnOf: () => '', isOurs: () => false, mayAssume: () => false },
      grounds: { jobs: new Map(), partition: 'aws', requesters: [], brokerAccountId: '' },
    });
    const written = Object.keys(auditOperations);
    expect(written.toSorted()).toEqual(Object.keys(routes).sort());
  });

  it('names each operation once, and for each an answer', () => {
    const operations = Object.values(paths()).flatMap((methods) =>
      Object.values(methods).filter(({ operationId }) => operationId !== undefined),
    );
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { responses = {} } of operations) {
      expect(Object.keys(responses).filter((status) => status.startsWith('2')).length).toBeGreaterThan(0);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '403', '500', '503']));
    }
  });

  it('tells nobody of tenants that there are not', () => {
    const responses = JSON.stringify(paths()['/requests']);
    expect(responses).not.toContain('tenant.unknown');
    expect(responses).toContain('requester.notAllowed');
  });
});

describe('jsonSchemaOf', () => {
  it.each<[string, v.GenericSchema, object]>([
    ['a text', v.pipe(v.string(), v.minLength(1), v.maxLength(2)), { type: 'string', minLength: 1, maxLength: 2 }],
    ['a pattern', v.pipe(v.string(), v.regex(/^a+$/)), { type: 'string', pattern: '^a+$' }],
    ['a number', v.pipe(v.number(), v.safeInteger(), v.minValue(0)), { type: 'integer', minimum: 0 }],
    [
      'a list',
      v.pipe(v.array(v.boolean()), v.minLength(1)),
      { type: 'array', items: { type: 'boolean' }, minItems: 1 },
    ],
    ['a record', v.record(v.string(), v.unknown()), { type: 'object', additionalProperties: {} }],
    [
      'an object',
      v.strictObject({ a: v.literal(1), b: v.optional(v.string()), c: v.exactOptional(v.picklist(['x'])) }),
      {
        type: 'object',
        properties: { a: { const: 1 }, b: { type: 'string' }, c: { enum: ['x'] } },
        required: ['a'],
        additionalProperties: false,
      },
    ],
    ['one of two', v.union([v.string(), v.number()]), { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    [
      'a check',
      v.pipe(
        v.string(),
        v.check((text) => text !== '', 'expected words'),
      ),
      { type: 'string', description: 'Expected words.' },
    ],
  ])('says %s', (_, schema, json) => {
    expect(jsonSchemaOf(schema)).toEqual(json);
  });

  it.each<[string, v.GenericSchema]>([
    ['an object that lets more through', v.object({ a: v.string() })],
    [
      'a check that says nothing',
      v.pipe(
        v.string(),
        v.check((text) => text !== ''),
      ),
    ],
    ['a transformation', v.pipe(v.string(), v.transform(Number))],
    ['a pattern that ignores case', v.pipe(v.string(), v.regex(/a/i))],
    ['a date', v.date()],
  ])('does not guess at %s', (_, schema) => {
    expect(() => jsonSchemaOf(schema)).toThrow();
  });
});

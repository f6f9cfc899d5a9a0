import type * as v from 'valibot';
import type { ErrorCode } from '../../lib/errors.ts';
import { httpStatuses } from '../../lib/platform/http-status.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** The schema of every function URL's answer to a request that it did not carry out. */
export const ERROR_SCHEMA = 'Error';

/** One route of a function URL, as OpenAPI describes it. */
export type Operation = {
  readonly summary: string;
  readonly body?: v.GenericSchema;
  readonly query?: v.GenericSchema;
  /** By status. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: JsonSchema }>>;
  /** The codes with which the route may refuse or fail. */
  readonly codes: readonly ErrorCode[];
};

/** The path items of a function's routes. `routes`: by method and path, `POST /tenants/:tenantId`. */
export function pathItems(functionName: string, routes: Readonly<Record<string, Operation>>): JsonSchema {
  const byPath = Map.groupBy(Object.entries(routes), ([route]) => pathOf(route));
  return Object.fromEntries(
    [...byPath].map(([path, here]) => [
      path,
      {
        servers: [{ url: '{functionUrl}', variables: { functionUrl: { default: `https://${functionName}.invalid` } } }],
        ...(parametersOf(path).length > 0 && { parameters: parametersOf(path) }),
        ...Object.fromEntries(
          here.map(([route, operation]) => [methodOf(route), operationObject(route, functionName, operation)]),
        ),
      },
    ]),
  );
}

function operationObject(route: string, functionName: string, operation: Operation): JsonSchema {
  const { summary, body, query, answers, codes } = operation;
  return {
    operationId: `${functionName} ${route}`,
    tags: [functionName],
    summary,
    ...(query !== undefined && { parameters: queryParameters(query) }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchemaOf(body) } } },
    }),
    responses: { ...answersOf(answers), ...refusals(codes) },
  };
}

function answersOf(answers: Operation['answers']): JsonSchema {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      { description, content: { 'application/json': { schema } } },
    ]),
  );
}

/** Each status once, with its codes. */
function refusals(codes: readonly ErrorCode[]): JsonSchema {
  const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => httpStatuses[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      String(status),
      {
        description: ofStatus.join(', '),
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${ERROR_SCHEMA}` } } },
      },
    ]),
  );
}

function queryParameters(query: v.GenericSchema): readonly JsonSchema[] {
  const { properties = {} } = jsonSchemaOf(query);
  return Object.entries(properties as Readonly<Record<string, JsonSchema>>).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: false,
      ...(description !== undefined && { description }),
      schema,
    }),
  );
}

function parametersOf(path: string): readonly JsonSchema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function methodOf(route: string): string {
  return route.slice(0, route.indexOf(' ')).toLowerCase();
}

function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1).replace(/:(\w+)/g, '{$1}');
}

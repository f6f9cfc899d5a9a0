import type { RefusalReason } from '../errors.ts';
import type { JsonObject } from './function-url-body.ts';

/** The arguments of a route's handler. Everything has been read, but only the caller is known to be valid. */
export type RouteCall = {
  /** The ARN of the IAM principal that signed the request. */
  readonly caller: string;
  /** The id of the invocation; Lambda makes it. */
  readonly requestId: string;
  /** How long the invocation may still run. */
  readonly remainingMs: () => number;
  /** The parts of the path that stand in the places of `:name`, by that name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: JsonObject;
  /** Undefined also for a route that reads its body itself. */
  readonly body: JsonObject | undefined;
  /** The body as it was sent, for a route that reads it itself. */
  readonly bytes: Uint8Array | undefined;
};

export type RouteAnswer =
  | { readonly status: 200 | 201 | 202; readonly answer: object }
  | {
      readonly refused: RefusalReason;
      readonly explanation: string;
      /** Members of the answer beside the error: identifiers, but nothing about the reason. */
      readonly beside?: Readonly<Record<string, string>>;
    };

export type Route = {
  /** Set for a route that also records malformed bodies: the route receives the body as it was sent. */
  readonly readsBodyItself?: true;
  /** How many keys a body may have in all; if left out, the limit of a request (200). */
  readonly maximumKeys?: number;
  /** Throws only when something is broken, never for a refusal. */
  handle(call: RouteCall): Promise<RouteAnswer>;
};

/** Routes by method and path, such as `'GET /tenants/:tenantId'`; `:name` stands for one part of the path. */
export type RouteTable = Readonly<Record<string, Route>>;

export type RouteSearch =
  | { readonly found: true; readonly name: string; readonly route: Route; readonly params: RouteCall['params'] }
  /** `allow`: the methods that exist at this path; empty if the path does not exist. */
  | { readonly found: false; readonly allow: readonly string[] };

type Address = { readonly method: string; readonly segments: readonly string[] | undefined };

/** Finds the one route of an address by exact match: no trailing slash, no other case, no other method. */
export function makeRouter(table: RouteTable): (address: Address) => RouteSearch {
  const routes = Object.entries(table).map(([name, route]) => {
    const [method = '', path = ''] = name.split(' ');
    return { name, route, method, pattern: path.slice(1).split('/') };
  });
  return ({ method, segments }) => {
    const here = routes.flatMap((entry) => {
      const params = segments === undefined ? undefined : matchPath(entry.pattern, segments);
      return params === undefined ? [] : [{ ...entry, params }];
    });
    const found = here.find((entry) => entry.method === method);
    if (found === undefined) return { found: false, allow: here.map((entry) => entry.method).sort() };
    return { found: true, name: found.name, route: found.route, params: found.params };
  };
}

function matchPath(pattern: readonly string[], segments: readonly string[]): RouteCall['params'] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: [string, string][] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params.push([part.slice(1), segment]);
    else if (part !== segment) return undefined;
  }
  return Object.fromEntries(params);
}

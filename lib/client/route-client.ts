import type { FunctionUrlClient } from './function-url-client.ts';

/**
 * Makes a client from a table of routes. Each route has the form `METHOD /path/:name` and says what it takes and
 * answers; the compiler checks every call against the table.
 */
export type Route = { readonly body: unknown; readonly query: unknown; readonly answer: unknown };

/** The names after the colons of a path. */
type Placeholder<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | Placeholder<More>
    : Rest
  : never;

type Params<Name extends string> = [Placeholder<Name>] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: Readonly<Record<Placeholder<Name>, string>> };
type Body<Of> = undefined extends Of ? { readonly body?: Of } : { readonly body: Of };
type Query<Of> = { readonly query?: { readonly [Name in keyof Of]?: Of[Name] | undefined } | undefined };

export type CallOptions<Name extends string, Of extends Route> = Params<Name> &
  Body<Of['body']> &
  Query<Of['query']> & { readonly signal?: AbortSignal | undefined };

type Arguments<Options> = Record<never, never> extends Options ? [options?: Options] : [options: Options];

export type RouteClient<Routes extends Readonly<Record<keyof Routes, Route>>> = {
  /** Calls a route. Throws `ApiError` when the call is refused or fails. */
  call<Name extends keyof Routes & string>(
    name: Name,
    ...options: Arguments<CallOptions<Name, Routes[Name]>>
  ): Promise<Routes[Name]['answer']>;
};

type AnyOptions = {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Makes the client of this table of routes at the given function URL. */
export function makeRouteClient<Routes extends Readonly<Record<keyof Routes, Route>>>(
  client: FunctionUrlClient,
): RouteClient<Routes> {
  return {
    call: (name, ...options) => {
      const { params = {}, body, query, signal } = (options[0] ?? {}) as AnyOptions;
      const [method = '', path = ''] = name.split(' ');
      return client.send({ method, path: fillIn(path, params), body, query, signal });
    },
  };
}

function fillIn(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    // With an empty part, the path would be the address of another route.
    if (value === undefined || value === '') throw new TypeError(`the part ${name} of the path ${path} is missing`);
    return encodeURIComponent(value);
  });
}

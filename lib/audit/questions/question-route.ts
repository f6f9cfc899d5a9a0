import type * as v from 'valibot';
import type { RefusalReason } from '../../errors.ts';
import type { Route, RouteAnswer, RouteCall } from '../../platform/url-routes.ts';
import { readFields } from '../../requests/read-fields.ts';

/** The parts of a call by which a question is answered: its address and its query, each accepted exactly. */
export type Asked<Place, Query> = { readonly place: Place; readonly query: Query; readonly call: RouteCall };

/** A route that checks its address and its query by their schemas before it answers. */
export function questionRoute<Place, Query>(
  place: v.GenericSchema<unknown, Place>,
  query: v.GenericSchema<unknown, Query>,
  answer: (asked: Asked<Place, Query>) => Promise<RouteAnswer>,
): Route {
  return {
    async handle(call) {
      const address = readFields(place, { what: 'the address', input: call.params });
      if (!address.read) return refuse(address.refusal.reason, address.refusal.explanation);
      const asked = readFields(query, { what: 'the query', input: call.query });
      if (!asked.read) return refuse(asked.refusal.reason, asked.refusal.explanation);
      return answer({ place: address.fields, query: asked.fields, call });
    },
  };
}

export type Refused = Extract<RouteAnswer, { readonly refused: unknown }>;

export function refuse(refused: RefusalReason, explanation: string): Refused {
  return { refused, explanation };
}

import * as v from 'valibot';
import type { ErrorCode } from '../../lib/errors.ts';
import { acceptedSchema, decidedSchema } from '../../lib/on-demand/on-demand-answer.ts';
import { waitQuery } from '../../lib/on-demand/request-routes.ts';
import { detailSchema } from '../../lib/requests/parse-detail.ts';
import { TENANT_ID } from '../../lib/tenants/tenant.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { Operation } from './operation.ts';

/** The codes with which the frame of every function URL may answer, whatever function is behind it. */
export const frameCodes = [
  'caller.unknown',
  'request.malformed',
  'request.tooLarge',
  'request.fieldNotAllowed',
  'request.fieldInvalid',
  'store.busy',
  'store.unavailable',
  'store.itemInvalid',
  'internal',
] as const satisfies readonly ErrorCode[];

/** A tenant id of the wrong form has an error code of its own, so the function's schema accepts any text. */
const requestBody = v.strictObject({ ...detailSchema.entries, tenantId: v.pipe(v.string(), v.regex(TENANT_ID)) });

/** The routes of request-job. */
export const requestOperations: Readonly<Record<string, Operation>> = {
  'POST /requests': {
    summary: 'Ask for a job in the accounts of a tenant, as the requester that signs.',
    body: requestBody,
    query: waitQuery,
    answers: {
      200: {
        description: 'It was allowed; what has become of each account so far.',
        schema: jsonSchemaOf(decidedSchema),
      },
      202: { description: 'It is on its way, under this id.', schema: jsonSchemaOf(acceptedSchema) },
    },
    codes: [
      ...frameCodes,
      'request.versionUnsupported',
      'request.idConflict',
      'request.hopLimit',
      'request.tooOld',
      'requester.notAllowed',
      'tenant.idInvalid',
      'tenant.suspended',
      'tenant.migrating',
      'tenant.offboarded',
      'account.none',
      'job.unknown',
      'job.notEnabled',
      'switch.off',
    ],
  },
};

import { refusedSchema } from '../../lib/on-demand/on-demand-answer.ts';
import manifest from '../../package.json' with { type: 'json' };
import { auditOperations } from './audit-operations.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';
import { managementOperations } from './management-operations.ts';
import { ERROR_SCHEMA, pathItems } from './operation.ts';
import { requestOperations } from './request-operations.ts';

/** The OpenAPI 3.1 document of the function URLs, made from the schemas that the functions read requests with. */
export function openApiDocument(): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Credential broker',
      version: manifest.version,
      license: { name: manifest.license, identifier: manifest.license },
      description:
        'Each tag is a function with a URL of its own: `aws lambda get-function-url-config --function-name ' +
        'credential-broker-<stage>-<function>` tells it. Every request is signed with AWS Signature Version 4 for the ' +
        'service lambda; who asks is who signs. What each code means stands in docs/errors.md.',
    },
    tags: [
      { name: 'request-job', description: 'Services and people ask for jobs.' },
      { name: 'manage-tenants', description: 'Operators keep tenants.' },
      { name: 'answer-audit-query', description: 'Auditors ask who had which access, when, why and for what.' },
    ],
    security: [{ awsSignature: [] }],
    paths: {
      ...pathItems('request-job', requestOperations),
      ...pathItems('manage-tenants', managementOperations),
      ...pathItems('answer-audit-query', auditOperations),
    },
    components: {
      schemas: { [ERROR_SCHEMA]: jsonSchemaOf(refusedSchema) },
      securitySchemes: {
        awsSignature: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4, for the service lambda',
        },
      },
    },
  };
}

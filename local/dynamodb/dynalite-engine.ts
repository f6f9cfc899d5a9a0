import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import { ServiceError } from '../service.ts';

/** One operation in DynamoDB's wire JSON, answered in wire JSON. */
export type DynamoDbEngine = (
  action: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

/** dynalite requires a signature but does not verify it; the stack has already verified the real one. */
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20000101T000000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=stack, SignedHeaders=host, Signature=stack',
};

/**
 * dynalite's engine in this process, in memory and without a socket: each call goes to its request listener with a
 * request and a response that exist only as objects. Its clock is the machine's; nothing that the broker relies on is
 * timed by it. Its errors become `ServiceError`s with their code, status and message.
 */
export function startDynalite(): DynamoDbEngine {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  return (action, input) =>
    new Promise((resolve, reject) => {
      const headers = { ...HEADERS, 'x-amz-target': `DynamoDB_20120810.${action}` };
      const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
      const response = {
        statusCode: 200,
        setHeader: () => response,
        end: (body: string) => {
          if (response.statusCode === 200) resolve(JSON.parse(body) as Readonly<Record<string, unknown>>);
          else reject(errorOf(response.statusCode, body));
        },
      };
      try {
        server.emit('request', request, response);
        request.emit('data', Buffer.from(JSON.stringify(input), 'utf8'));
        request.emit('end');
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        reject(new ServiceError('InternalServerError', 500, `the embedded DynamoDB failed: ${message}`));
      }
    });
}

function errorOf(statusCode: number, body: string): ServiceError {
  const parsed = JSON.parse(body) as { readonly __type?: string; readonly message?: string; readonly Message?: string };
  const code = parsed.__type?.split('#').at(-1) ?? 'InternalServerError';
  return new ServiceError(code, statusCode, parsed.message ?? parsed.Message ?? code);
}

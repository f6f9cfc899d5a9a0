import { Readable } from 'node:stream';
import type { Caller } from '../../../local/iam/caller.ts';
import { type Service, ServiceError } from '../../../local/service.ts';
import { callOf } from './emulated-call.ts';

type SignedRequest = { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array | string };

/**
 * A request handler for an AWS SDK client of a JSON service: calls an emulated service in process instead of a socket.
 * `blobs` names the members that the API has as bytes and the wire as base64.
 */
export function jsonHandler(service: Service, caller: Caller, blobs: readonly string[] = ['BinaryValue']) {
  return {
    async handle(request: SignedRequest) {
      const action = request.headers['x-amz-target']?.split('.').at(-1) ?? '';
      const input = JSON.parse(textOf(request.body), (key, value) => {
        return blobs.includes(key) ? Uint8Array.from(Buffer.from(value, 'base64')) : value;
      });
      try {
        return answer(200, await service(action, callOf(caller, input)));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return answer(error.statusCode, { __type: error.code, message: error.message });
      }
    },
  };
}

function answer(statusCode: number, content: object) {
  const body = JSON.stringify(content, (_key, value) => {
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode, headers, body: Readable.from([Buffer.from(body)]) } };
}

function textOf(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

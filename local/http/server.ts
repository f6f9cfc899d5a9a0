import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import { ServiceError } from '../service.ts';
import { type AnswerRequest, createRouter, type LogFailure, type ServedServices } from './route.ts';
import { createSignatureCheck, type FindCredential } from './signature.ts';
import { readWireBody, readWireHead, type WireResponse } from './wire.ts';

export type HttpServer = {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly port: number;
  /** Ends every connection, even those with a request under way. */
  close(): Promise<void>;
};

export type HttpServerOptions = {
  /** 0 takes a free port. */
  readonly port: number;
  readonly services: ServedServices;
  readonly findCredential: FindCredential;
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly log?: LogFailure;
  /** Real time, with which clients outside the stack sign. */
  readonly realNowMs?: () => number;
};

/** Serves every emulated service on one port of the loopback interface; a busy port rejects with `EADDRINUSE`. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const log = options.log ?? (() => undefined);
  const checkSignature = createSignatureCheck({
    findCredential: options.findCredential,
    clock: options.clock,
    realNowMs: options.realNowMs ?? Date.now,
  });
  const router = createRouter({ services: options.services, checkSignature, log, nowMs: options.clock.nowMs });
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    const requestId = options.ids.uuid();
    answerIncoming(incoming, router, requestId)
      .then((answer) => send(outgoing, answer, { requestId, nowMs: options.clock.nowMs() }))
      .catch((error: unknown) => {
        log(`request ${requestId} could not be answered`, error);
        outgoing.destroy();
      });
  });
  const port = await listen(server, options.port);
  return { endpoint: `http://127.0.0.1:${port}`, port, close: () => close(server) };
}

async function answerIncoming(
  incoming: IncomingMessage,
  router: AnswerRequest,
  requestId: string,
): Promise<WireResponse> {
  try {
    const head = readWireHead(incoming);
    return await router(head, (limitBytes) => readWireBody(incoming, limitBytes), requestId);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return plainError(error.statusCode, error.message);
  }
}

function plainError(statusCode: number, message: string): WireResponse {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

function send(outgoing: ServerResponse, answer: WireResponse, stamp: { requestId: string; nowMs: number }): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body, 'utf8') : answer.body;
  outgoing.writeHead(answer.statusCode, {
    // HEAD answers with the length that GET would send.
    'content-length': body.byteLength,
    ...answer.headers,
    // SDKs correct their own clock by this header, so that they follow the stack's clock.
    date: new Date(stamp.nowMs).toUTCString(),
    'x-amzn-requestid': stamp.requestId,
    'x-amz-request-id': stamp.requestId,
  });
  outgoing.end(body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}

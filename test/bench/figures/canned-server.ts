/**
 * `cannedAws` over HTTP, in a process of its own: what it costs is nobody's whose processor time is measured. Tells its
 * parent where it listens, and is told what time it is.
 */
import { createServer } from 'node:http';
import { cannedAws } from './canned-aws.ts';

let nowMs = 0;
const aws = cannedAws(() => nowMs);
const server = createServer(async (request, response) => {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const answer = await aws.handle({ headers, path: request.url ?? '', body: Buffer.concat(parts) });
  const { statusCode, headers: answered, body } = answer.response;
  response.writeHead(statusCode, answered).end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('message', (told) => {
  nowMs = Number(told);
});
process.on('disconnect', () => process.exit());

import { describe, expect, it } from 'vitest';

/**
 * A suite that needs a server that nobody here wrote, found at the address in an environment variable. Without it the
 * suite is not run, and a line says so; where `OTHER_IMPLEMENTATIONS` is `required`, as `.ci/other-implementations`
 * sets it, the suite fails instead.
 */
export function describeAt(server: OutsideServer, title: string, body: (endpoint: string) => void): void {
  const endpoint = process.env[server.variable];
  if (endpoint !== undefined && endpoint !== '') {
    describe(title, () => body(endpoint));
    return;
  }
  const problem = `${server.variable} names no ${server.name}: .ci/other-implementations installs and starts one`;
  if (process.env['OTHER_IMPLEMENTATIONS'] === 'required') {
    describe(title, () => {
      it('has its server', () => expect.unreachable(problem));
    });
    return;
  }
  process.stderr.write(`\nNOT RUN: ${title}: ${problem}\n`);
  describe.runIf(false)(title, () => {
    it('has its server', () => undefined);
  });
}

export type OutsideServer = { readonly name: string; readonly variable: string };

export const dynamodbLocal: OutsideServer = { name: 'DynamoDB Local', variable: 'DYNAMODB_LOCAL_ENDPOINT' };
export const ministack: OutsideServer = { name: 'MiniStack', variable: 'MINISTACK_ENDPOINT' };
export const moto: OutsideServer = { name: 'moto server', variable: 'MOTO_ENDPOINT' };

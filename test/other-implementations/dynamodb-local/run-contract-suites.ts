import path from 'node:path';
import { startVitest } from 'vitest/node';

/**
 * Runs `test/contract` as it stands, on DynamoDB Local instead of dynalite: the one file that makes the tables is
 * exchanged, nothing else. Exits with 1 where a test fails or none is found.
 * Source: Vitest, "Running Tests via API" and `resolve.alias` of its configuration reference.
 */
const vitest = await startVitest(
  'test',
  [],
  {
    root: path.resolve(import.meta.dirname, '../../..'),
    config: false,
    watch: false,
    include: ['test/contract/**/*.test.ts', 'test/other-implementations/dynamodb-local/**/*.test.ts'],
    maxWorkers: '100%',
    testTimeout: 90_000,
    hookTimeout: 90_000,
    silent: 'passed-only',
  },
  {
    resolve: {
      alias: [
        {
          find: /^.*\/support\/dynamo-tables\.ts$/,
          replacement: path.join(import.meta.dirname, 'dynamodb-local-tables.ts'),
        },
      ],
    },
  },
);
const ran = vitest.state.getTestModules();
await vitest.close();
if (ran.length === 0 || !ran.every((file) => file.ok())) process.exitCode = 1;

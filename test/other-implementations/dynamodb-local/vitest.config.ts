import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * `test/contract` as it stands, on DynamoDB Local instead of dynalite: the one file that makes the tables is exchanged,
 * nothing else. Source: Vitest's configuration reference, `resolve.alias`.
 */
// biome-ignore lint/style/noDefaultExport: Vitest reads a configuration from its default export
export default defineConfig({
  root: path.resolve(import.meta.dirname, '../../..'),
  resolve: {
    alias: [
      {
        find: /^.*\/support\/dynamo-tables\.ts$/,
        replacement: path.join(import.meta.dirname, 'dynamodb-local-tables.ts'),
      },
    ],
  },
  test: {
    include: ['test/contract/**/*.test.ts', 'test/other-implementations/dynamodb-local/**/*.test.ts'],
    maxWorkers: '100%',
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});

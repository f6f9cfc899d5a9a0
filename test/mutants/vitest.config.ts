import { defineConfig } from 'vitest/config';

/**
 * The tests that mutants are tried on: the fast ones of the folders that are mutated, and the tables of decisions. What is
 * left out below would be run hundreds of times for nothing that these do not find, or takes seconds each time.
 */
export default defineConfig({
  test: {
    isolate: false,
    include: ['test/unit/{broker,sealing,onboarding,requests}/**/*.test.ts', 'test/cases/*.test.ts'],
    exclude: [
      'test/unit/broker/crash-points.test.ts',
      'test/unit/requests/interleaved-tenants.test.ts',
      'test/unit/onboarding/rotation-interleavings.test.ts',
    ],
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});

import { defineConfig } from 'vitest/config';

/**
 * The tests that mutants are tried on: the fast ones of what is mutated, the tables of decisions, the contract of the
 * ledger, and the credentials for callers, which go through the broker's files too. What is left out takes seconds each
 * time, and would be run for hundreds of mutants that the others find sooner.
 */
export default defineConfig({
  test: {
    // A process for each file would take longer than the tests; every mutant gets a new one anyway.
    isolate: false,
    include: [
      'test/unit/{broker,ledger,sweeper,sealing,onboarding,requests,vending}/**/*.test.ts',
      'test/cases/*.test.ts',
      'test/contract/ledger.test.ts',
    ],
    exclude: [
      'test/unit/broker/crash-points.test.ts',
      'test/unit/vending/random-faults.test.ts',
      'test/unit/requests/interleaved-tenants.test.ts',
      'test/unit/onboarding/rotation-interleavings.test.ts',
    ],
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});

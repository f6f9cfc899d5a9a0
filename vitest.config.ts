import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // By default one core is left idle, which on two cores is half of the machine.
    maxWorkers: '100%',
    // Generous: on a busy machine a test may take several times what it takes alone, and nothing here measures time.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,channels,schedulers,dashboards,loadtests,test}/**/*.test.ts'],
    globalSetup: ['test/helpers/servers.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A failure is told in one line, and whoever sees only that line must see what was wrong.
    chaiConfig: { truncateThreshold: 1000 },
    coverage: {
      provider: 'v8',
      include: ['{src,channels,schedulers}/**/*.ts'],
      exclude: [
        '**/*.test.ts',
        // Run only as processes of their own, which the coverage of this process cannot see; journeys test them from outside.
        'src/bin/reset.ts',
      ],
      reporter: ['text-summary', 'text', 'html'],
      thresholds: { lines: 90 },
    },
  },
});

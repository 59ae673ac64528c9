import { defineConfig } from 'vitest/config';

const report = process.env.CI !== undefined && process.env.DBVITALS_NO_REPORT === undefined;

export default defineConfig({
  test: {
    globalSetup: ['test/servers/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    // Real servers share the machine's cores: more files at once only makes each one wait for the others.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    reporters: report ? ['default', ['json', { outputFile: 'test-report.json' }]] : ['default'],
  },
});

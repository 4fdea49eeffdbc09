import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { SkipReporter } from './test/support/skip-reporter.js'

const entry = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))
const inCi = Boolean(process.env.CI)
const resultsFile = process.env.TASKQ_TEST_RESULTS

export default defineConfig({
  resolve: {
    alias: [
      { find: /^taskq$/, replacement: entry('index.ts') },
      { find: /^taskq\/(config|testing)$/, replacement: entry('$1/index.ts') },
    ],
  },
  // Tests write decorators as users of `taskq init` do.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Most tests wait for brokers and child processes; more of them at once would only starve each other.
    maxWorkers: Math.min(4, Math.max(3, availableParallelism())),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    fsModuleCache: !inCi,
    reporters: [
      'default',
      new SkipReporter(),
      ...(process.env.GITHUB_ACTIONS ? ['github-actions'] : []),
      ...(resultsFile ? [['json', { outputFile: resultsFile }] as ['json', { outputFile: string }]] : []),
    ],
  },
})

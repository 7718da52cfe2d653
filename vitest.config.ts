import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { SpreadSequencer } from './test/sequence.mjs'

/** Markdown is imported as text, as the bundler and wrangler do it. */
const markdownAsText = {
  name: 'markdown-as-text',
  transform(code: string, id: string) {
    return id.endsWith('.md') ? `export default ${JSON.stringify(code)}` : undefined
  },
}

const testsIn = (...folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`)

const contract = testsIn('contract')
/** What works in this process and in memory: it needs no build. With the contract, it is `npm run test:quick`. */
const memory = testsIn('rules', 'storage', 'functions', 'acp', 'permissions', 'console', 'driver')
/** What only `npm run test:long` runs. */
const campaigns = process.env.TEST_FIGURES ? ['test/campaigns/**/*.campaign.ts'] : []
/** These stand in for modules of Node or of our own, so each needs modules of its own. */
const standingIn = readdirSync(join(import.meta.dirname, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`)
  .filter((file) => /^vi\.mock\(/m.test(readFileSync(join(import.meta.dirname, file), 'utf8')))
/** These start hundreds of processes each: from a worker that has grown to 400 MB that takes ten times as long. */
const starting = testsIn('worktrees')
const inside = [...new Set([...testsIn('postgres'), 'test/drivers/lock.test.ts', ...standingIn])]

export default defineConfig({
  plugins: [markdownAsText],
  test: {
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/vitest-report.json' },
    // Much of the time processes are waited for, but not where there are none.
    maxWorkers: Math.ceil(availableParallelism() * Number(process.env.TEST_WORKERS_PER_CORE ?? 2)),
    coverage: {
      include: ['{functions,schemas,storage}/**/*.ts'],
      reportsDirectory: 'node_modules/.cache/coverage',
    },
    sequence: { sequencer: SpreadSequencer },
    globalSetup: ['test/seed.ts', 'test/temporary.ts', 'test/certificates.ts'],
    setupFiles: ['test/random-setup.ts'],
    testTimeout: 30_000 * Math.max(1, Number(process.env.TEST_SCALE ?? 1)),
    hookTimeout: 60_000,
    // What is waited for comes; on a busy machine, later than within vitest's second.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'memory', include: memory, env: { MAESTRO_TEST_HOST: 'memory' }, isolate: false },
      },
      // The contract: in this process for `npm run test:quick`; `npm test` leaves this out, for it comes twice more.
      {
        extends: true,
        test: { name: 'quick', include: contract, env: { MAESTRO_TEST_HOST: 'memory' }, isolate: false },
      },
      {
        extends: true,
        test: { name: 'server', include: contract, isolate: false },
      },
      {
        extends: true,
        test: {
          // These start processes, and are strangers to one another.
          name: 'node',
          include: ['test/**/*.test.ts', ...campaigns],
          exclude: ['test/hosted/**', ...contract, ...memory, ...inside, ...starting],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'inside', include: inside } },
      { extends: true, test: { name: 'worktrees', include: starting, isolate: false } },
      {
        extends: true,
        test: {
          name: 'hosted',
          include: [...contract, ...testsIn('hosted')],
          env: { MAESTRO_TEST_HOST: 'hosted' },
          setupFiles: ['test/random-setup.ts', 'test/hosted/setup.ts'],
          // Miniflare takes seconds to import: once a worker is enough.
          isolate: false,
        },
      },
    ],
  },
})

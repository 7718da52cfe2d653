import { defineConfig } from 'vitest/config'

/** Markdown is imported as text, as the bundler and wrangler do it. */
const markdownAsText = {
  name: 'markdown-as-text',
  transform(code: string, id: string) {
    return id.endsWith('.md') ? `export default ${JSON.stringify(code)}` : undefined
  },
}

export default defineConfig({
  plugins: [markdownAsText],
  test: {
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/vitest-report.json' },
    // Much of the time servers are waited for, so two at a time also where there are only two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The contract runs twice: against the Node server, and against the Worker in Miniflare.
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/hosted/**'] },
      },
      {
        extends: true,
        test: {
          name: 'hosted',
          include: ['test/contract/**/*.test.ts', 'test/hosted/**/*.test.ts'],
          env: { MAESTRO_TEST_HOST: 'hosted' },
          setupFiles: ['test/hosted/setup.ts'],
          // Miniflare takes seconds to import: once a worker is enough.
          isolate: false,
        },
      },
    ],
  },
})

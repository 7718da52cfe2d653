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
    include: ['test/**/*.test.ts'],
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/vitest-report.json' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { thirdPartyLicenses } from './third-party-licenses.mjs'

// Some dependencies are CommonJS and call require() for Node's own modules.
const requireInModules = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

const outdir = process.argv[2] ?? 'dist'
rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: {
    server: 'local-dev/server.ts',
    cli: 'local-dev/cli/main.ts',
    client: 'functions/client/client.ts',
    'document-writer': 'local-dev/document-writer.ts',
    'skills-install': 'local-dev/skills-install-command.ts',
    'skills-publish': 'local-dev/skills-publish-command.ts',
  },
  outdir,
  bundle: true,
  // What several of them need is in files of its own, and the command line loads only what it is asked for.
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Less to read at every start. Names stay, so that a stack trace can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  metafile: true,
  loader: { '.md': 'text' },
  banner: { js: requireInModules },
  logLevel: 'warning',
})
writeFileSync(join(outdir, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicenses(metafile))
chmodSync(join(outdir, 'cli.js'), 0o755)

// The client for browsers and Workers, which have WebSockets of their own.
await build({
  entryPoints: { 'client.browser': 'functions/client/client.ts' },
  outdir,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
})

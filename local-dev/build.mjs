import { rmSync, writeFileSync } from 'node:fs'
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
    'document-writer': 'local-dev/document-writer.ts',
    'skills-install': 'local-dev/skills-install-command.ts',
  },
  outdir,
  bundle: true,
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

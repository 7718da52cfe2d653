/** What esbuild makes of the sources, in memory: nothing is written here. */
import { basename, join } from 'node:path'
import { build } from 'esbuild'

/** What Node starts, and the writer thread. They share files, so they are only of use together. */
const programs = {
  server: 'local-dev/server.ts',
  cli: 'local-dev/cli/main.ts',
  'document-writer': 'local-dev/document-writer.ts',
  'skills-install': 'local-dev/skills-install-command.ts',
  'skills-publish': 'local-dev/skills-publish-command.ts',
}

/** Some dependencies are CommonJS and call require() for Node's own modules. */
const requireInModules = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

/**
 * @param {string} root of the repository
 * @param {string} outdir where the result will be: source maps name the sources as seen from there
 * @returns {Promise<{ programs: Map<string, Uint8Array>, clients: Map<string, Uint8Array>, metafiles: import('esbuild').Metafile[] }>}
 *   the files by name. The programs go into a directory in `outdir`, each client stands alone in `outdir` itself.
 * @throws esbuild's BuildFailure, after esbuild has printed what is wrong
 */
export const bundle = async (root, outdir) => {
  const shared = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    sourcemap: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  }
  const forNode = {
    ...shared,
    platform: 'node',
    target: 'node20',
    // Less to read at every start. Names stay, so that a stack trace can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    loader: { '.md': 'text' },
    banner: { js: requireInModules },
  }
  const client = 'functions/client/client.ts'
  // One after the other, so that a mistake is printed once.
  const ofPrograms = await build({
    ...forNode,
    entryPoints: programs,
    // What several of them need is in files of its own, and the command line loads only what it is asked for.
    splitting: true,
    outdir: join(outdir, 'programs'),
  })
  const ofClient = await build({ ...forNode, entryPoints: { client }, outdir })
  // For browsers and Workers, which have WebSockets of their own.
  const ofBrowserClient = await build({
    ...shared,
    entryPoints: { 'client.browser': client },
    outdir,
    platform: 'browser',
    target: 'es2022',
  })
  return {
    programs: filesByName(ofPrograms),
    clients: new Map([...filesByName(ofClient), ...filesByName(ofBrowserClient)]),
    metafiles: [ofPrograms, ofClient, ofBrowserClient].map(({ metafile }) => metafile),
  }
}

const filesByName = ({ outputFiles }) =>
  new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))

/** The programs that are started by name; the writer thread is started by the server alone. */
export const entries = Object.keys(programs).filter((name) => name !== 'document-writer')

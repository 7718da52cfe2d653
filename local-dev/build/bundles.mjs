/** What esbuild makes of the sources, in memory: nothing is written here. */
import { basename, join } from 'node:path'
import { build } from 'esbuild'

/**
 * The server and its writer thread, each in one file: a lookup by id takes 18 % less of the processor than when what
 * the server shares with the commands is in files of its own.
 */
const server = {
  server: 'local-dev/server/server.ts',
  'document-writer': 'local-dev/server/document-writer.ts',
}

/** The other programs that Node starts. They share files, so that each loads only what it is asked for. */
const commands = {
  cli: 'local-dev/cli/main.ts',
  'skills-install': 'local-dev/skills/skills-install-command.ts',
  'skills-publish': 'local-dev/skills/skills-publish-command.ts',
}

/** Some dependencies are CommonJS and call require() for Node's own modules. */
const requireInModules = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

/**
 * @param {string} root of the repository
 * @param {string} outdir where the result will be: source maps name the sources as seen from there
 * @returns {Promise<{ programs: Map<string, Uint8Array>, clients: Map<string, Uint8Array>, metafiles: import('esbuild').Metafile[] }>}
 *   the files by name. The programs go into one directory in `outdir`, each client stands alone in `outdir` itself.
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
  const directory = join(outdir, 'programs')
  // One after the other, so that a mistake is printed once.
  const ofServer = await build({ ...forNode, entryPoints: server, outdir: directory })
  const ofCommands = await build({
    ...forNode,
    entryPoints: commands,
    splitting: true,
    outdir: directory,
    plugins: [{ name: 'server-beside', setup: useServerBeside }],
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
    programs: new Map([...filesByName(ofServer), ...filesByName(ofCommands)]),
    clients: new Map([...filesByName(ofClient), ...filesByName(ofBrowserClient)]),
    metafiles: [ofServer, ofCommands, ofClient, ofBrowserClient].map(({ metafile }) => metafile),
  }
}

/** `maestro serve` starts the server that lies beside it. */
const useServerBeside = (build) =>
  build.onResolve({ filter: /^\.\.\/server$/ }, () => ({ path: './server.js', external: true }))

const filesByName = ({ outputFiles }) =>
  new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))

/** The programs that are started by name; the writer thread is started by the server alone. */
export const entries = ['server', ...Object.keys(commands)]

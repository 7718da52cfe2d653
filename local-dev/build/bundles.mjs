/** What esbuild makes of the sources, in memory: nothing is written here. */
import { readFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative } from 'node:path'
import { build } from 'esbuild'

/**
 * The server and its writer thread, each in one file: a lookup by id takes 18 % less of the processor than when what
 * the server shares with the commands is in files of its own.
 */
const server = {
  server: 'local-dev/server/server.ts',
  'document-writer': 'local-dev/server/document-writer.ts',
}

/**
 * What many servers never need: `/mcp`, a skill with frontmatter, PostgreSQL. The server loads it when it is first imported
 * (`await import`), and it stands alone: what it brings along is not the server's, so no class is to be shared with it.
 */
const besideServer = {
  mcp: 'functions/mcp/serve.ts',
  frontmatter: 'local-dev/skills/frontmatter.ts',
  pg: 'storage/drivers/postgres/library.ts',
}

/** The other programs that Node starts. They share files, so that each loads only what it is asked for. */
const commands = {
  cli: 'local-dev/cli/main.ts',
  'skills-install': 'local-dev/skills/skills-install-command.ts',
  'skills-publish': 'local-dev/skills/skills-publish-command.ts',
}

/** The page in the browser. Its files are named after their content, so whoever has one has it for good. */
const page = { 'console-main': 'console/main.tsx', 'console-theme': 'console/theme.css' }
/** Runs before those: one file, that waits for no other. */
const early = { 'console-early': 'console/early.ts' }

/** Some dependencies are CommonJS and call require() for Node's own modules. */
const requireInModules = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

/**
 * @param {string} root of the repository
 * @param {string} outdir where the result will be: source maps name the sources as seen from there
 * @returns {Promise<{ programs: Map<string, Uint8Array>, clients: Map<string, Uint8Array>, metafiles: import('esbuild').Metafile[] }>}
 *   the files by name. The programs, and the console that they serve, go into one directory in `outdir`, each client stands
 *   alone in `outdir` itself.
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
    // What a client's person answers is checked by us: the SDK's own way to check it is 150 KB.
    alias: { '@modelcontextprotocol/server/_shims': join(root, 'functions/mcp/no-validator.ts') },
  }
  const client = 'functions/client/client.ts'
  const directory = join(outdir, 'programs')
  // One after the other, so that a mistake is printed once.
  const ofServer = await build({
    ...forNode,
    entryPoints: server,
    outdir: directory,
    plugins: [{ name: 'beside-server', setup: leaveBeside(root) }],
  })
  const ofBesideServer = await build({ ...forNode, entryPoints: besideServer, outdir: directory })
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
  const forPage = {
    ...shared,
    outdir: directory,
    entryNames: '[name]-[hash]',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    sourcemap: false,
  }
  const ofEarly = await build({ ...forPage, entryPoints: early, format: 'iife' })
  const ofConsole = await build({
    ...forPage,
    entryPoints: page,
    chunkNames: 'console-[name]-[hash]',
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [{ name: 'after-first-view', setup: afterFirstView(join(root, page['console-main'])) }],
    // What the packages leave to the bundler to decide.
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const console = new Map([...filesByName(ofEarly), ...filesByName(ofConsole)])
  return {
    programs: new Map([
      ...filesByName(ofServer),
      ...filesByName(ofBesideServer),
      ...filesByName(ofCommands),
      ...console,
      ['console.html', pageOf(root, ofConsole.metafile, ofEarly.metafile)],
    ]),
    clients: new Map([...filesByName(ofClient), ...filesByName(ofBrowserClient)]),
    metafiles: [ofServer, ofBesideServer, ofCommands, ofClient, ofBrowserClient, ofEarly, ofConsole].map(
      ({ metafile }) => metafile,
    ),
  }
}

/** The page, with the names of the files that it loads: those that a script imports come along with it, not after it. */
const pageOf = (root, { outputs }, ofEarly) => {
  const nameOf = (source) => Object.keys(outputs).find((path) => outputs[path].entryPoint === source)
  const main = nameOf(page['console-main'])
  // One that only imports another need not be asked for.
  const [script, ...others] = [main, ...importsOf(outputs, main)].filter(
    (path) => Object.keys(outputs[path].inputs).length > 0,
  )
  const preloads = others.map((path) => `<link rel="modulepreload" href="console/${basename(path)}">`)
  const html = readFileSync(join(root, 'console/index.html'), 'utf8')
  return Buffer.from(
    html
      .replace('{early}', basename(Object.keys(ofEarly.outputs)[0]))
      .replace('{script}', basename(script))
      .replace('{style}', basename(nameOf(page['console-theme'])))
      .replace('{preloads}', preloads.join('\n')),
  )
}

/** What a file imports as soon as it is loaded, and what that imports. */
const importsOf = (outputs, path, found = new Set()) => {
  for (const { path: imported, kind } of outputs[path].imports)
    if (kind === 'import-statement' && !found.has(imported)) {
      found.add(imported)
      importsOf(outputs, imported, found)
    }
  return [...found]
}

/**
 * What the page loads later finds all of its first view there. esbuild is told so by an import: it puts into one file what all
 * entries need, and into one more for each set of them that shares something.
 */
const afterFirstView = (firstView) => (build) => {
  const later = Symbol('later')
  build.onResolve({ filter: /./ }, async ({ kind, path, resolveDir, importer }) => {
    if (kind !== 'dynamic-import') return undefined
    const found = await build.resolve(path, { kind: 'import-statement', resolveDir, importer })
    return { ...found, pluginData: later }
  })
  build.onLoad({ filter: /\.(?:m?js|tsx?)$/ }, ({ path, pluginData }) => {
    if (pluginData !== later) return undefined
    const contents = `import ${JSON.stringify(firstView)}\n${readFileSync(path, 'utf8')}`
    return {
      contents,
      loader: extname(path) === '.mjs' ? 'js' : extname(path).slice(1),
      resolveDir: dirname(path),
    }
  })
}

/** `maestro serve` starts the server that lies beside it. */
const useServerBeside = (build) =>
  build.onResolve({ filter: /^\.\.\/server$/ }, () => ({ path: './server.js', external: true }))

const leaveBeside = (root) => (build) =>
  build.onResolve({ filter: /^\.\// }, ({ kind, path, resolveDir }) => {
    if (kind !== 'dynamic-import') return undefined
    const source = relative(root, join(resolveDir, `${path}.ts`)).replaceAll('\\', '/')
    const [name] = Object.entries(besideServer).find(([, entry]) => entry === source) ?? []
    return name === undefined ? undefined : { path: `./${name}.js`, external: true }
  })

const filesByName = ({ outputFiles }) =>
  new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))

/** The programs that are started by name; the writer thread is started by the server alone. */
export const entries = ['server', ...Object.keys(commands)]

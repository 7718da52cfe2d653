// Bundles a Worker as wrangler does, so that Miniflare can run it.
import { join } from 'node:path'
import { build } from 'esbuild'

/** The date and flags of wrangler.toml. */
export const compatibility = {
  compatibilityDate: '2026-04-26',
  compatibilityFlags: ['nodejs_compat', 'enable_request_signal', 'request_signal_passthrough'],
}

interface Options {
  minify?: boolean
  /** Modules that stand in for others, by the name that those are imported by. */
  stubs?: Record<string, string>
}

/** As in wrangler.toml. */
const aliases = { '@modelcontextprotocol/server/_shims': '../../functions/mcp/no-validator.ts' }

/** The text of the module whose entry this is, a path from this folder. */
export const bundle = async (entry: string, { minify, stubs }: Options = {}): Promise<string> => {
  const here = (path: string) => join(import.meta.dirname, path)
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    write: false,
    minify: minify ?? false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    alias: Object.fromEntries(
      Object.entries({ ...aliases, ...stubs }).map(([name, path]) => [name, here(path)]),
    ),
    loader: { '.md': 'text' },
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

/** A bundle as the one module that there is: of a `script`, Miniflare would look for imports, which takes half a second of the processor. */
export const moduleOf = (contents: string) => [{ type: 'ESModule' as const, path: 'worker.mjs', contents }]

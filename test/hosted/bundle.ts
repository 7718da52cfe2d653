// Bundles a Worker as wrangler does, so that Miniflare can run it.
import { join } from 'node:path'
import { build } from 'esbuild'

/** The date and flags of wrangler.toml. */
export const compatibility = { compatibilityDate: '2026-04-26', compatibilityFlags: ['nodejs_compat'] }

/** The text of the module whose entry this is, a path in this folder; `stubs` stand in for modules of that name. */
export const bundle = async (entry: string, stubs: Record<string, string> = {}): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    alias: Object.fromEntries(
      Object.entries(stubs).map(([name, path]) => [name, join(import.meta.dirname, path)]),
    ),
    loader: { '.md': 'text' },
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

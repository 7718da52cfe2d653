// Who never calls /mcp pays for the SDK at each start: in time, and in memory.
import { join, relative } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** What is loaded along with a file: all that it imports, and that imports, but for what is imported when it is needed. */
const loadedWith = async (entry: string): Promise<string[]> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    loader: { '.md': 'text' },
    packages: 'external',
    logLevel: 'silent',
  })
  const found = new Set<string>()
  const follow = (path: string, { inputs }: Metafile) => {
    if (found.has(path)) return
    found.add(path)
    for (const { path: next, kind } of inputs[path]?.imports ?? [])
      if (kind !== 'dynamic-import') follow(next, { inputs, outputs: {} })
  }
  follow(relative(root, join(root, entry)), metafile)
  return [...found]
}

it.each(['local-dev/server/http-server.ts', 'functions/hosted/object.ts', 'local-dev/cli/mcp/serve.ts'])(
  '%s loads nothing of it',
  async (entry) => {
    const loaded = await loadedWith(entry)
    // Or nothing was looked at.
    expect(loaded).toContain('functions/mcp/tier.ts')
    expect(
      loaded.filter((path) => /modelcontextprotocol|mcp\/(serve|server|tools?)\.ts|mcp\/tools\//.test(path)),
    ).toEqual(entry.startsWith('local-dev/cli') ? [entry] : [])
  },
)

it('is loaded with what answers a call', async () => {
  expect(await loadedWith('functions/mcp/serve.ts')).toContain('@modelcontextprotocol/server')
})

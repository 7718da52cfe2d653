// Makes a session's worktree in a process of its own, which may be killed: node make.mjs BUNDLE OPTIONS.
import { pathToFileURL } from 'node:url'

const [bundle, options] = process.argv.slice(2)
const { ensureWorktree } = await import(pathToFileURL(bundle).href)
const said = await ensureWorktree(JSON.parse(options)).catch((error) => ({ error: error.message }))
process.stdout.write(JSON.stringify(said))

/** Lays the console of the current build where wrangler.toml looks for it: `dist/console`. */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { currentBuild } from './current.mjs'

const dist = resolve(import.meta.dirname, '../../dist')
const folder = join(dist, 'console')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const build = join(dist, currentBuild(dist))
for (const name of readdirSync(build))
  if (/^console(-[\w-]+)?\.(html|js|css)$/.test(name)) cpSync(join(build, name), join(folder, name))

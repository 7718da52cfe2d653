// A copy of the repository to build in: other tests run what is built in the repository itself.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import * as z from 'zod'

const root = join(import.meta.dirname, '../..')

/** Copies everything but tests and history into `source`, with links to the packages that are installed here. */
export const copyCheckout = (source: string) => {
  const left = new Set(['.git', 'node_modules', 'dist', 'test'].map((name) => join(root, name)))
  cpSync(root, source, { recursive: true, filter: (path) => !left.has(path) })
  mkdirSync(join(source, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(join(root, 'node_modules', name), join(source, 'node_modules', name))
}

/** Copies what is built here: to the copy of the sources it is current, until something changes. */
export const copyBuild = (source: string) => {
  const dist = join(root, 'dist')
  const current = currentDirectory(dist)
  const isUsed = (path: string) => path === current || !basename(path).startsWith('build-')
  cpSync(dist, join(source, 'dist'), { recursive: true, filter: isUsed })
}

export interface Build {
  exited: Promise<{ code: number | null; output: string }>
  kill9(): void
}

export interface Checkout {
  path: string
  dist: string
  /** Options are those of Node. */
  build(outdir?: string, nodeOptions?: readonly string[]): Build
  remove(): void
}

/** A copy in a temporary directory. */
export const makeCheckout = (): Checkout => {
  const path = mkdtempSync(join(tmpdir(), 'maestro-checkout-'))
  copyCheckout(path)
  const build = (outdir = 'dist', nodeOptions: readonly string[] = []) =>
    run(path, process.execPath, [...nodeOptions, 'local-dev/build.mjs', outdir])
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  return { path, dist: join(path, 'dist'), build, remove }
}

/** Runs a program that is expected to end by itself. */
export const run = (
  cwd: string,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Build => {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const exited = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  )
  return { exited, kill9: () => void child.kill('SIGKILL') }
}

/** The files of a build by name, with a digest of each. */
export interface BuiltFiles {
  programs: Map<string, string>
  standalone: Map<string, string>
}

const Pointer = z.object({ imports: z.object({ '#current/*': z.string() }) })

/** The directory that the programs of `dist` are loaded from now. */
export const currentDirectory = (dist: string): string => {
  const { imports } = Pointer.parse(JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8')))
  return join(dist, imports['#current/*'].replace('/*', ''))
}

/** The build that somebody finds who starts a program of `dist` now, but for its source maps. */
export const readBuild = (dist: string): BuiltFiles => {
  const programs = filesIn(currentDirectory(dist))
  programs.delete('build.json')
  const standalone = filesIn(dist)
  standalone.delete('package.json')
  return { programs, standalone }
}

const filesIn = (directory: string): Map<string, string> =>
  new Map(
    readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^\.|\.map$/.test(entry.name))
      .map(({ name }) => [name, digest(readFileSync(join(directory, name)))]),
  )

const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex')

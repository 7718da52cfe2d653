// Does what a Dockerfile says, without Docker: what is copied, what is built, what then runs, with which variables.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'

interface Instruction {
  word: string
  /** The rest, on one line. */
  text: string
}

export interface Stage {
  /** Empty where the stage has none. */
  name: string
  image: string
  instructions: Instruction[]
}

/** The stages of a Dockerfile, in order. */
export const stagesOf = (dockerfile: string): Stage[] => {
  const lines = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const stages: Stage[] = []
  for (const line of lines) {
    const [, word = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    if (word === 'FROM') {
      const [image = '', , name = ''] = text.split(/\s+/)
      stages.push({ name, image, instructions: [] })
    } else stages.at(-1)?.instructions.push({ word, text })
  }
  return stages
}

/** All texts of one kind of instruction. */
export const textsOf = ({ instructions }: Stage, word: string): string[] =>
  instructions.filter((instruction) => instruction.word === word).map(({ text }) => text)

/** The environment that a stage sets. */
export const variablesOf = (stage: Stage): Record<string, string> =>
  Object.fromEntries(
    textsOf(stage, 'ENV')
      .flatMap((text) => text.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )

/** An instruction's command in its exec form, which is the one that lets signals arrive. */
export const commandOf = (text: string): string[] => parseTrusted(text.slice(text.indexOf('[')))

/**
 * Carries out the stages in temporary directories and returns the last one's working directory. The build context
 * is `context`, of which only `allowed` is sent. `npm ci` is a link to the packages that are there already.
 */
export const buildStages = (
  stages: readonly Stage[],
  context: string,
  allowed: readonly string[],
): string => {
  const roots = new Map<string, string>()
  let workdir = '/'
  let root = ''
  for (const stage of stages) {
    root = mkdtempSync(join(tmpdir(), 'maestro-image-'))
    const made = root
    onTestFinished(() => rmSync(made, { recursive: true, force: true }))
    roots.set(stage.name, root)
    workdir = '/'
    for (const { word, text } of stage.instructions) {
      if (word === 'WORKDIR') {
        workdir = text
        mkdirSync(join(root, workdir), { recursive: true })
      } else if (word === 'COPY') {
        copy(text, join(root, workdir), (from) => roots.get(from) ?? '', context, allowed)
      } else if (word === 'RUN') run(text, join(root, workdir), context)
    }
  }
  return join(root, workdir)
}

const copy = (
  text: string,
  workdir: string,
  rootOf: (stage: string) => string,
  context: string,
  allowed: readonly string[],
) => {
  const words = text.split(/\s+/)
  const stage = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const target = words.pop() ?? ''
  for (const source of words) {
    if (stage === undefined && !allowed.includes(source)) throw new Error(`.dockerignore keeps ${source} out`)
    const from = stage === undefined ? join(context, source) : join(rootOf(stage), source)
    // A directory's contents are copied, a file into a directory that ends with a slash.
    const to = target.endsWith('/') ? join(workdir, target, posix.basename(source)) : join(workdir, target)
    cpSync(from, to, { recursive: true })
  }
}

const run = (text: string, workdir: string, context: string) => {
  if (text.startsWith('npm ci')) symlinkSync(join(context, 'node_modules'), join(workdir, 'node_modules'))
  else if (text.startsWith('npm run ')) execFileSync('npm', text.split(' ').slice(1), { cwd: workdir })
  else if (!text.startsWith('install -d ')) throw new Error(`This test does not know how to RUN ${text}`)
}

/** What `.dockerignore` lets through: it has to name everything, after a `*`. */
export const allowedBy = (dockerignore: string): string[] => {
  const [first, ...rest] = readFileSync(dockerignore, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (first !== '*' || !rest.every((line) => line.startsWith('!'))) throw new Error('It should begin with *')
  return rest.map((line) => line.slice(1))
}

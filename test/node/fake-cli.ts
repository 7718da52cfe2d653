// A small program that stands in for the maestro CLI, and a server that makes its manifests with it.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { type Api, client, type Project, type Task } from '../contract/http'
import { makeDirectories, startServer } from '../contract/server'

export const manifest = {
  manifestVersion: '1.0',
  role: 'worker',
  tasks: [],
  skills: [],
  session: { model: 'opus' },
}

/** JavaScript that writes this text where the manifest belongs. */
export const write = (text: string) => `fs.writeFileSync(option('--output'), ${JSON.stringify(text)})`
export const good = write(JSON.stringify(manifest))

/** A CLI that does `what`, as `teach` says. Returns its path. */
export const makeCli = (what: string, name = 'maestro'): string => {
  const folder = join(makeDirectories().root, 'bin with space')
  mkdirSync(folder)
  const path = join(folder, name)
  teach(path, what)
  return path
}

/**
 * From now on this CLI records how it is called and what it finds in the store's files, then does `what`
 * (JavaScript that may await). What it recorded before is gone.
 */
export const teach = (path: string, what: string): void => {
  const program = `#!${process.execPath}
const fs = require('node:fs')
const option = (name) => process.argv[process.argv.indexOf(name) + 1]
const read = (file) => JSON.parse(fs.readFileSync(process.env.DATA_DIR + '/' + file, 'utf8'))
const call = { args: process.argv.slice(2), env: process.env, stdin: fs.readFileSync(0, 'utf8'), pid: process.pid }
const projectId = option('--project-id')
call.project = read('projects/' + projectId + '.json')
call.tasks = option('--task-ids').split(',').map((id) => read('tasks/' + projectId + '/' + id + '.json'))
fs.appendFileSync(${JSON.stringify(recordOf(path))}, JSON.stringify(call) + '\\n')
;(async () => {
${what}
})()
`
  writeFileSync(recordOf(path), '')
  writeFileSync(path, program)
  chmodSync(path, 0o755)
}

const recordOf = (cli: string) => join(dirname(cli), 'calls')

export interface CliCall {
  args: string[]
  env: Record<string, string>
  stdin: string
  pid: number
  project: Project
  tasks: Task[]
}

/** How a CLI was called so far, the first call first. */
export const callsOf = (cli: string): CliCall[] =>
  readFileSync(recordOf(cli), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseTrusted<CliCall>(line))

/**
 * A server that makes manifests with a CLI, a project with two tasks, and the fields of a spawn for them. It
 * stops when the test is finished, or when `whenDone` says.
 */
export const start = async (
  env: Record<string, string>,
  whenDone: (end: () => Promise<void>) => void = onTestFinished,
) => {
  const server = await startServer({ env: { MANIFEST_GENERATOR: 'cli', ...env } })
  whenDone(async () => void (await server.stop()))
  const api = client(server.url)
  const project = await api.project()
  const tasks = [await api.task(project.id), await api.task(project.id, { title: 'just now' })]
  const fields = { projectId: project.id, taskIds: tasks.map(({ id }) => id) }
  return { server, api, project, tasks, fields }
}

interface Spawned {
  sessionId: string
  manifestPath: string
}
export const spawn = (api: Api, fields: object) => api.ok<Spawned>('POST', '/api/sessions/spawn', fields)

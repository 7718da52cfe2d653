// An agent has Markdown to tell, and the shell, or the command, makes something else of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Project, type Session, type Task } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const server = await startInProcess({})
const directory = mkdtempSync(join(tmpdir(), 'maestro-texts-'))
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})
const client = createClient({ url: server.url })
const { run, text, json } = maestroInProcess({ MAESTRO_SERVER_URL: server.url })
const markdown = '# Plan\n\n- run `npm test`, $HOME and "quotes"\n\n  ünï'

let project: Project
beforeAll(async () => {
  project = await client.projects.create({ name: 'app', workingDir: directory })
})
const create = (flags: readonly string[], input?: string) =>
  json<Task>(['task', 'create', ...flags], { cwd: directory, ...(input !== undefined && { input }) })
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(directory, name), content)
  return `@${name}`
}

describe('a text', () => {
  it('comes from standard input, whole', async () => {
    const task = await create(['--title', 'x', '--description', '-'], `${markdown}\n`)
    expect(task.description).toBe(markdown)
  })

  it('comes from files, each its own', async () => {
    const flags = [
      '--title',
      file('title', 'From a `file`\r\n'),
      '--initial-prompt',
      file('prompt', markdown),
    ]
    const criteria = [file('one.md', '\uFEFFa, b\n'), file('two.md', 'c\nd\n')]
    const task = await create([...flags, ...criteria.flatMap((one) => ['--acceptance-criteria', one])])
    expect(task).toMatchObject({ title: 'From a `file`', initialPrompt: markdown })
    expect(task.acceptanceCriteria).toEqual(['a, b', 'c\nd'])
    const changed = await json<Task>(['task', 'update', task.id, `--description=${file('d.md', 'later')}`], {
      cwd: directory,
    })
    expect(changed.description).toBe('later')
  })

  it('that begins with @, or is -, can be given', async () => {
    const task = await create(['--title', '@=@types/node: bump', '--description', '@=-'])
    expect(task).toMatchObject({ title: '@types/node: bump', description: '-' })
    expect(await create(['--title', '@=@=x'])).toMatchObject({ title: '@=x' })
  })

  it.each([
    [['--title', '@types/node'], "'@=@types/node'"],
    [['--title', '-', '--description', '-'], 'taken for --title already'],
    [['--title', 'x', '--description', '@latin-1.txt'], 'latin-1.txt is not UTF-8 text'],
  ])('that cannot be had is refused, and nothing is made: %j', async (flags, message) => {
    file('latin-1.txt', Uint8Array.of(0x63, 0xe9))
    const before = await client.tasks.list()
    const ended = await run(['task', 'create', ...flags], { cwd: directory, input: 'piped' })
    expect(ended).toEqual({ code: 64, stdout: '', stderr: expect.stringContaining(message) })
    expect(await client.tasks.list()).toEqual(before)
  })

  it('is a report, a question, a reason, a context or a body as well', async () => {
    const { id } = await create(['--title', 'x'])
    const spawn = ['session', 'spawn', '--task-ids', id, '--strategy', 'queue', '--context', '-']
    const { session } = await json<{ session: Session }>(spawn, { cwd: directory, input: '{"a":1}' })
    expect(session.metadata).toMatchObject({ context: { a: 1 } })
    const own = { env: { MAESTRO_SESSION_ID: session.id }, cwd: directory }
    await text(['report', 'progress', '-'], { ...own, input: markdown })
    await text(['session', 'needs-input', file('question.md', 'Which `colour`?')], own)
    await text(['queue', 'start'], own)
    await text(['queue', 'fail', '--reason', '-'], { ...own, input: 'It `broke`\n' })
    const { timeline } = await client.sessions.get(session.id)
    const messages = timeline.map(({ message }) => message)
    expect(messages).toEqual(expect.arrayContaining([markdown, 'Which `colour`?']))
    expect(JSON.stringify(await client.queue.get(session.id))).toContain('It `broke`')
    const body = JSON.stringify({ projectId: project.id, title: 'by body' })
    expect(await json(['api', 'createTask', '--body', '-'], { input: body })).toMatchObject({
      title: 'by body',
    })
  })

  it('is explained in the help of each command that takes one', async () => {
    expect(await text(['report', 'complete', '--help'])).toContain('@FILE')
    expect(await text(['task', 'list', '--help'])).not.toContain('@FILE')
  })
})

describe('what follows a flag is its value', () => {
  it.each(['--help', '-h', '--json', '--version'])('also %s', async (word) => {
    const made = await text(['task', 'create', '--title', word], { cwd: directory })
    expect(made).toMatch(new RegExp(`^Created task_\\w+ \\(todo\\): ${word}\n$`))
  })

  it('but the help can be asked for behind it', async () => {
    expect(await text(['task', 'create', '--title', '--json', '--help'])).toContain('--title=<TEXT>')
  })

  it('and one that was forgotten is told', async () => {
    const ended = await run(['task', 'list', '--project-id', '--status', 'todo'])
    expect(ended).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--project-id has the value --status'),
    })
  })
})

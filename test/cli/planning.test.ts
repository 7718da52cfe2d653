// Somebody plans at the command line, and what is stored is not what they said.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Project, type Task } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const server = await startInProcess({})
const directory = mkdtempSync(join(tmpdir(), 'maestro-cli-'))
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})
const client = createClient({ url: server.url })
const { run, text, json } = maestroInProcess({ MAESTRO_SERVER_URL: server.url })

let project: Project
beforeAll(async () => {
  project = await client.projects.create({ name: 'app', workingDir: directory })
})
const create = (...flags: string[]) => json<Task>(['task', 'create', '--project-id', project.id, ...flags])

describe('project', () => {
  it('create takes the directory in which it is called', async () => {
    const here = join(directory, 'elsewhere')
    mkdirSync(here)
    const made = await json<Project>(['project', 'create', '--name', 'shop', '--description', 'The shop'], {
      cwd: here,
    })
    expect(made).toMatchObject({ name: 'shop', description: 'The shop', workingDir: here })
    expect(await client.projects.get(made.id)).toEqual(made)
    const changed = await json<Project>(['project', 'update', made.id, '--working-dir', '..'], { cwd: here })
    expect(changed).toMatchObject({ name: 'shop', workingDir: directory })
    expect(await text(['project', 'update', made.id, '--name', 'store'])).toContain('store')
    expect(await text(['project', 'delete', made.id])).toBe(`Deleted ${made.id}\n`)
    await expect(client.projects.get(made.id)).rejects.toMatchObject({ status: 404 })
  })

  it('create, list, show and delete, for people and for programs', async () => {
    const line = await text(['project', 'create', '--name', 'x', '--working-dir', '/home/ada/x'])
    expect(line).toMatch(/^Created proj_\w+: x, in \/home\/ada\/x\n$/)
    const [, id = ''] = /(proj_\w+)/.exec(line) ?? []
    expect(await json<Project[]>(['project', 'list'])).toEqual(await client.projects.list())
    expect(await text(['project', 'list'])).toMatch(
      new RegExp(`^ID +NAME +DIRECTORY\n(.*\n)*${id} +x +/home/ada/x`),
    )
    expect(await json(['project', 'show', id])).toEqual(await client.projects.get(id))
    expect(await text(['project', 'show', id])).toContain('directory  /home/ada/x\n')
    expect(await json(['project', 'delete', id])).toEqual({ success: true, id })
  })
})

describe('task create', () => {
  it('takes every field, lists with commas, and criteria that have commas in them', async () => {
    const [one, other] = [await create('--title', 'one'), await create('--title', 'other')]
    const made = await create(
      ...['--title', 'all of it', '--description', '- a bullet\n- and $HOME', '--priority', 'high'],
      ...[
        '--parent-id',
        one.id,
        '--dependencies',
        `${one.id},${other.id}`,
        '--initial-prompt',
        'Tests first',
      ],
      ...['--model', 'opus', '--skill-ids', 'maestro-cli, maestro-worker', '--agent-ids', 'claude'],
      ...[
        '--due-date',
        '2026-03-01',
        '--acceptance-criteria',
        'a, b',
        '--acceptance-criteria',
        '`npm test` passes',
      ],
    )
    expect(made).toMatchObject({
      projectId: project.id,
      title: 'all of it',
      description: '- a bullet\n- and $HOME',
      priority: 'high',
      parentId: one.id,
      dependencies: [one.id, other.id],
      initialPrompt: 'Tests first',
      model: 'opus',
      skillIds: ['maestro-cli', 'maestro-worker'],
      agentIds: ['claude'],
      dueDate: '2026-03-01',
      acceptanceCriteria: ['a, b', '`npm test` passes'],
    })
    expect(await client.tasks.get(made.id)).toEqual(made)
  })

  it('takes the project of the parent, or the one in whose directory it is called', async () => {
    const parent = await create('--title', 'parent')
    const child = await json<Task>(['task', 'create', '--title', 'child', '--parent-id', parent.id], {
      cwd: tmpdir(),
    })
    expect(child).toMatchObject({ projectId: project.id, parentId: parent.id })
    const below = join(directory, 'src')
    mkdirSync(below)
    expect(await text(['task', 'create', '--title', 'here'], { cwd: below })).toMatch(
      /^Created task_\w+ \(todo\): here\n$/,
    )
    const nowhere = await run(['task', 'create', '--title', 'nowhere'], { cwd: tmpdir() })
    expect(nowhere).toMatchObject({ code: 64, stderr: expect.stringContaining('--project-id') })
  })
})

describe('task', () => {
  it('list, show, children and tree, for people and for programs', async () => {
    const parent = await create('--title', 'the parent', '--acceptance-criteria', 'It works')
    const child = await create('--title', 'the child', '--parent-id', parent.id)
    const grandchild = await create('--title', 'the grandchild', '--parent-id', child.id)
    expect(await json(['task', 'list', '--project-id', project.id])).toEqual(
      await client.tasks.list({ projectId: project.id }),
    )
    expect(await json(['task', 'list', '--parent-id', 'null', '--status', 'todo'])).toEqual(
      await client.tasks.list({ parentId: null, status: 'todo' }),
    )
    expect(await json<Task[]>(['task', 'list', '--parent-id', parent.id])).toEqual([child])
    expect(await json<Task[]>(['task', 'list', '--query', child.title.toUpperCase()])).toEqual([child])
    const listed = await text(['task', 'list', '--parent-id', parent.id])
    expect(listed.split('\n')).toEqual([
      expect.stringMatching(/^ID +STATUS +SESSION SAYS +PRIORITY +TITLE$/),
      expect.stringMatching(new RegExp(`^${child.id} +todo +- +medium +the child$`)),
      '',
    ])
    expect(await json(['task', 'show', parent.id])).toEqual(parent)
    expect(await text(['task', 'show', parent.id])).toMatch(
      /title +the parent\n(.*\n)*criteria +- It works\n/,
    )
    expect(await json(['task', 'children', parent.id])).toEqual([child])
    expect(await text(['task', 'children', grandchild.id])).toBe('No tasks\n')
    expect(await json(['task', 'tree', parent.id])).toEqual({
      ...parent,
      children: [{ ...child, children: [{ ...grandchild, children: [] }] }],
    })
    expect(await text(['task', 'tree', parent.id])).toBe(
      `the parent  ${parent.id}  todo\n└─ the child  ${child.id}  todo\n   └─ the grandchild  ${grandchild.id}  todo\n`,
    )
  })

  it('update changes what is named, and null clears', async () => {
    const parent = await create('--title', 'parent')
    const task = await create(
      '--title',
      'task',
      '--parent-id',
      parent.id,
      '--model',
      'opus',
      '--due-date',
      '2026-03-01',
    )
    const changed = await json<Task>([
      'task',
      'update',
      task.id,
      '--status',
      'in_progress',
      '--parent-id',
      'null',
      '--model',
      'null',
      '--dependencies',
      '',
    ])
    expect(changed).toMatchObject({ title: 'task', status: 'in_progress', parentId: null, dependencies: [] })
    expect(changed).toMatchObject({ dueDate: '2026-03-01' })
    expect(changed).not.toHaveProperty('model')
    expect(await text(['task', 'update', task.id, '--title=- renamed'])).toBe(
      `Changed ${task.id} (in_progress): - renamed\n`,
    )
  })

  it('complete, block and delete', async () => {
    const { id } = await create('--title', 'x')
    expect(await json(['task', 'complete', id])).toMatchObject({ id, status: 'completed' })
    expect(await text(['task', 'complete', id])).toBe(`Completed ${id} (completed): x\n`)
    expect(await json(['task', 'block', id])).toMatchObject({ id, status: 'blocked' })
    expect(await text(['task', 'block', id])).toBe(`Blocked ${id} (blocked): x\n`)
    expect(await json(['task', 'delete', id])).toEqual({ success: true, id })
    const other = await create('--title', 'y')
    expect(await text(['task', 'delete', other.id])).toBe(`Deleted ${other.id}\n`)
  })

  it('shows a text that would command the terminal as what it is', async () => {
    const { id } = await create('--title', 'red \u001b[31m alert\u0007\nsecond line')
    expect(await text(['task', 'list', '--project-id', project.id])).toContain('red [31m alert second line\n')
    expect(await json<Task>(['task', 'show', id])).toMatchObject({
      title: 'red \u001b[31m alert\u0007\nsecond line',
    })
  })
})

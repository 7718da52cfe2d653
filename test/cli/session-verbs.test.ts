// Somebody reads what an agent prints, waits for it, interrupts it or tidies up, and misses something or loses it.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { UpdateSessionRequest } from '../../functions/client/client'
import { startApp } from './app'

const { server, client, maestro, project } = await startApp()
afterAll(() => server.stop())

const sessionThat = async (change: UpdateSessionRequest = {}) => {
  const session = await client.sessions.create({ projectId: project.id, taskIds: [], status: 'working' })
  return client.sessions.update(session.id, change)
}
const outputLog = (id: string) => {
  mkdirSync(join(server.sessionDir, id), { recursive: true })
  return join(server.sessionDir, id, 'output.log')
}
const sessionThatPrinted = async (text: string | Uint8Array) => {
  const { id } = await sessionThat()
  writeFileSync(outputLog(id), text)
  return id
}

it('status counts one as one', async () => {
  expect(await maestro.text(['status'])).toMatch(/ 1 project, 0 tasks, /)
})

describe('logs', () => {
  it('are what was printed, as it would look', async () => {
    const id = await sessionThatPrinted('one\n\u001b[31mtwo\u001b[0m\n1/2\r2/2\nthree')
    expect(await maestro.text(['session', 'logs', id])).toBe('one\ntwo\n2/2\nthree\n')
    const raw = ['api', 'getSessionOutput', '--param']
    expect(await maestro.text([...raw, `id=${id}`])).toContain('1/2\r2/2\nthree\n')
    const ended = await sessionThatPrinted('one\n')
    expect(await maestro.text([...raw, `id=${ended}`])).toBe('one\n')
    const lines = (await maestro.run(['session', 'logs', id, '--last', '1', '--json'])).stdout
    expect(lines).toBe('{"output":"three"}\n')
  })

  it.each([
    ['a\nb\nc\n', '2', 'b\nc\n'],
    ['a\nb\nc', '2', 'b\nc\n'],
    ['a\nb\nc\n', '9', 'a\nb\nc\n'],
    ['a\n\n\n', '2', '\n\n'],
    ['a\nb\n', '0', ''],
  ])('%j --last %s', async (printed, last, shown) => {
    const id = await sessionThatPrinted(printed)
    expect(await maestro.text(['session', 'logs', id, '--last', last])).toBe(shown)
  })

  it('of many megabytes come whole, and their end is found without the rest', async () => {
    const line = `${'ü'.repeat(500)}\n`
    const id = await sessionThatPrinted(line.repeat(6000))
    expect((await maestro.text(['session', 'logs', id])) === line.repeat(6000)).toBe(true)
    const last = await maestro.text(['session', 'logs', id, '--last', '700'])
    expect(last === line.repeat(700)).toBe(true)
  })

  it('-f goes on with what comes, to the end of the session', async () => {
    const id = await sessionThatPrinted('one\ntwo\n')
    const logs = maestro.start(['session', 'logs', id, '--last', '1', '-f'])
    onTestFinished(() => void logs.stop())
    await logs.printed('two')
    appendFileSync(outputLog(id), 'th')
    appendFileSync(outputLog(id), 'ree\n')
    await logs.printed('three')
    appendFileSync(outputLog(id), 'the last')
    await client.sessions.stop(id)
    expect(await logs.ended).toEqual({ code: 0, stdout: 'two\nthree\nthe last\n', stderr: '' })
  })

  it('of one that has printed nothing say so, and why', async () => {
    const { id: taskId } = await client.tasks.create({ projectId: project.id, title: 'x' })
    const { sessionId } = await client.sessions.spawn({ projectId: project.id, taskIds: [taskId] })
    const logs = await maestro.run(['session', 'logs', sessionId])
    expect(logs).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('No runner listens') })
    expect(await maestro.run(['session', 'logs', 'sess_none'])).toMatchObject({ code: 2, stdout: '' })
    for (const last of ['-1', 'x', '1e3', '1.5'])
      expect(await maestro.run(['session', 'logs', sessionId, `--last=${last}`])).toMatchObject({ code: 64 })
  })

  it('on another machine are where it says', async () => {
    const { id } = await sessionThat({
      metadata: { runner: { id: 'r', host: 'elsewhere', pid: 1, claimedAt: 1 } },
    })
    const logs = await maestro.run(['session', 'logs', id])
    expect(logs).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('elsewhere') })
  })

  it('that the server does not have are read on the machine where they are', async () => {
    const runner = { id: 'r', host: 'elsewhere', pid: 1, claimedAt: 1 }
    const { id } = await sessionThat({ metadata: { runner } })
    writeFileSync(outputLog(id), 'one\ntwo\n')
    const env = { SESSION_DIR: server.sessionDir }
    expect(await maestro.text(['session', 'logs', id, '--last', '1'], { env })).toBe('two\n')
    const logs = maestro.start(['session', 'logs', id, '-f'], { env })
    await logs.printed('two')
    appendFileSync(outputLog(id), 'three\n')
    await logs.printed('three')
    await client.sessions.stop(id)
    expect(await logs.ended).toEqual({ code: 0, stdout: 'one\ntwo\nthree\n', stderr: '' })
  })
})

describe('wait', () => {
  it.each([
    ['completed', 0],
    ['failed', 1],
    ['stopped', 1],
  ] as const)('ends when the session is %s, with %i', async (status, code) => {
    const { id } = await sessionThat()
    const wait = maestro.start(['session', 'wait', id, '--json'])
    await client.sessions.update(id, { needsInput: { active: true, message: 'May I?' } })
    await wait.printed('May I?')
    await client.sessions.update(id, { status })
    const { stdout, ...ended } = await wait.ended
    expect(ended.code).toBe(code)
    expect(JSON.parse(stdout)).toMatchObject({ id, status })
    expect(await maestro.run(['session', 'wait', id])).toMatchObject({ code, stderr: '' })
  })

  it('says why it ended', async () => {
    const { id } = await sessionThat()
    await client.sessions.end(id, { cause: 'exited', exitCode: 7 })
    expect((await maestro.run(['session', 'wait', id])).stdout).toContain('7')
  })

  it('gives up when it was told to, and when the session is deleted', async () => {
    const { id } = await sessionThat()
    expect(await maestro.run(['session', 'wait', id, '--timeout', '0'])).toMatchObject({ code: 5 })
    const wait = maestro.start(['session', 'wait', id])
    await wait.printed('waiting for')
    await client.sessions.delete(id)
    expect(await wait.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('deleted meanwhile') })
    expect(await maestro.run(['session', 'wait', id, '--timeout', 'soon'])).toMatchObject({ code: 64 })
  })
})

it('interrupt ends the turn, and keeps the session', async () => {
  const { id } = await sessionThat()
  expect(await maestro.json(['session', 'interrupt', id])).toMatchObject({ id, status: 'working' })
  expect(await client.messages.list(id)).toMatchObject([{ mode: 'interrupt' }])
  await client.sessions.stop(id)
  expect(await maestro.run(['session', 'interrupt', id])).toMatchObject({ code: 1, stdout: '' })
})

it('restart begins what has ended anew, and says why it does not start', async () => {
  const { id: taskId } = await client.tasks.create({ projectId: project.id, title: 'x' })
  const { sessionId } = await client.sessions.spawn({ projectId: project.id, taskIds: [taskId] })
  const living = await maestro.run(['session', 'restart', sessionId])
  expect(living).toMatchObject({ code: 1, stdout: '' })
  await client.sessions.stop(sessionId)
  const text = await maestro.text(['session', 'restart', sessionId])
  expect(text).toContain(`Begun anew: ${sessionId} (spawning)`)
  expect(text).toContain('No runner listens')
  const { id } = await sessionThat({ status: 'stopped' })
  expect(await maestro.run(['session', 'restart', id])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('only what was spawned has one'),
  })
})

describe('prune', () => {
  const prune = async (...flags: string[]) =>
    maestro.json<Record<'deleted' | 'wouldDelete', string[]> & { kept: { id: string }[] }>([
      ...['session', 'prune', '--project-id', project.id, ...flags],
    ])

  it('deletes what has ended, and nothing that somebody still needs', async () => {
    const living = await sessionThat()
    const parent = await sessionThat()
    const { id: taskId } = await client.tasks.create({ projectId: project.id, title: 'x' })
    const family = { spawnSource: 'session' as const, sessionId: parent.id }
    await client.sessions.spawn({ projectId: project.id, taskIds: [taskId], ...family })
    const workspace = { path: '/trees/x', branch: 'maestro/x', base: 'main' }
    const withTree = await sessionThat({ workspace })
    const ended = [await sessionThat(), await sessionThat()]
    for (const { id } of [parent, withTree, ...ended]) await client.sessions.stop(id)
    const before = await client.sessions.list({ projectId: project.id })

    expect((await prune()).wouldDelete).toEqual([])
    const listed = await prune('--older-than', '0')
    const ids = ended.map(({ id }) => id)
    expect(listed.deleted).toEqual([])
    expect(listed.wouldDelete).toEqual(expect.arrayContaining(ids))
    expect(await client.sessions.list({ projectId: project.id })).toEqual(before)

    const pruned = await prune('--older-than', '0', '--status', 'stopped', '--yes')
    expect(pruned.deleted).toEqual(expect.arrayContaining(ids))
    expect(pruned.kept.map(({ id }) => id).sort()).toEqual([parent.id, withTree.id].sort())
    const left = (await client.sessions.list({ projectId: project.id })).map(({ id }) => id)
    expect(left).toEqual(expect.arrayContaining([living.id, parent.id, withTree.id]))
    for (const id of ids) expect(left).not.toContain(id)
  })

  it('says what it would delete, and how', async () => {
    const { id } = await sessionThat()
    await client.sessions.stop(id)
    const shown = await maestro.text(['session', 'prune', '--older-than', '0'])
    expect(shown).toContain(id)
    expect(shown).toContain('--yes does it')
  })

  it.each([
    ['--older-than', 'a week'],
    ['--older-than', '-1d'],
    ['--status', 'working'],
  ])('%s %s is wrong usage', async (flag, value) => {
    expect(await maestro.run(['session', 'prune', `${flag}=${value}`, '--yes'])).toMatchObject({ code: 64 })
  })
})

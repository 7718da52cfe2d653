// An agent's call that cannot be done breaks something, passes, or is told nothing that helps it on.
import { afterAll, describe, expect, it } from 'vitest'
import { agentsOf } from './agents'
import { client } from './http'
import { callTool, connectMcp, tool } from './mcp'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { id: project } = await api.project()
const { spawned } = agentsOf(api, () => project)

describe('a tool', () => {
  it('that is not there, or not in the tier, is named with those that are', async () => {
    const mcp = await connectMcp(target.url, { era: 'modern', query: '?tier=worker' })
    for (const name of ['burn', 'spawn', '', '__proto__'])
      await expect(callTool(mcp, name), name).rejects.toThrow(
        `There is no tool "${name}" here: there are whoami,`,
      )
    await mcp.close()
  })

  it('refuses arguments that it does not have, or that are wrong, and changes nothing', async () => {
    const { headers, task } = await spawned()
    const mcp = await connectMcp(target.url, { era: 'modern', headers })
    const before = await api.get(`/api/tasks/${task.id}`)
    for (const [given, message] of [
      [
        { message: 'x', task: task.id },
        'task is no argument of report: it takes message, taskId, outcome, epoch',
      ],
      [{}, 'message is required'],
      [{ message: '  ' }, 'message is required'],
      [{ message: 7 }, 'message must be a string'],
      [
        { message: 'x', taskId: task.id, outcome: 'done' },
        'outcome must be one of "completed", "failed", "blocked"',
      ],
      [{ message: 'x', taskId: '' }, 'taskId is required'],
    ] satisfies [Record<string, unknown>, string][])
      expect(await callTool(mcp, 'report', given), message).toMatchObject({
        isError: true,
        body: {
          error: true,
          code: 'VALIDATION_ERROR',
          message,
          next: 'Correct the arguments, then call again',
        },
      })
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(before)
    await mcp.close()
  })

  it('that needs a session says how to get one', async () => {
    const mcp = await connectMcp(target.url, { era: 'modern' })
    expect(await tool(mcp, 'whoami')).toMatchObject({
      session: null,
      note: expect.stringContaining('X-Maestro-Session'),
    })
    for (const [name, given] of [
      ['my_tasks', {}],
      ['claim_next', {}],
      ['report', { message: 'x' }],
      ['release', { taskId: 'task_0' }],
      ['queue', { action: 'list' }],
      ['ask', { title: 'Which?' }],
    ] satisfies [string, Record<string, unknown>][])
      expect(await callTool(mcp, name, given), name).toMatchObject({
        isError: true,
        body: { code: 'NO_SESSION', message: expect.stringContaining('MAESTRO_SESSION_ID') },
      })
    await mcp.close()
  })

  it('does what its session may, and no more', async () => {
    const { headers, task } = await spawned()
    const elsewhere = (await api.project()).id
    const other = await spawned({}, elsewhere)
    const mcp = await connectMcp(target.url, { era: 'modern', headers, query: '?tier=all' })
    const forbidden = (message: string) => ({
      isError: true,
      body: { code: 'FORBIDDEN', message: expect.stringContaining(message) },
    })
    for (const [name, given, message] of [
      ['update_task', { taskId: task.id, title: 'Mine' }, 'change a task otherwise than by updateSource'],
      ['spawn', { taskIds: [task.id] }, 'spawn a session unless it is an orchestrator'],
      ['create_task', { projectId: elsewhere, title: 'x' }, 'create a task outside its project'],
      ['report', { taskId: other.task.id, message: 'x' }, 'update a task outside its project'],
      ['tell', { sessionId: other.session.id, text: 'x' }, 'tell a session something outside its project'],
      ['claim_next', { projectId: elsewhere }, 'outside its project'],
    ] satisfies [string, Record<string, unknown>, string][])
      expect(await callTool(mcp, name, given), name).toMatchObject(forbidden(message))
    const asked = await api.ok<{ id: string }>('POST', `/api/sessions/${other.session.id}/requests`, {
      kind: 'question',
      title: 'x',
    })
    expect(await callTool(mcp, 'ask', { requestId: asked.id })).toMatchObject(forbidden('of another session'))
    await mcp.close()
  })

  it('of a claim that has ended, or is of another, is refused as stale', async () => {
    const [one, other] = [await spawned(), await spawned()]
    const { id } = await api.task(project, { priority: 'high' })
    const mine = await connectMcp(target.url, { era: 'modern', headers: one.headers })
    const theirs = await connectMcp(target.url, { era: 'modern', headers: other.headers })
    expect(await tool(mine, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 1 } } })
    const stale = {
      isError: true,
      body: { code: 'STALE_CLAIM', next: expect.stringContaining('claim_next') },
    }
    expect(await callTool(theirs, 'release', { taskId: id, outcome: 'completed' })).toMatchObject(stale)
    await tool(mine, 'release', { taskId: id })
    expect(await tool(theirs, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 2 } } })
    expect(await callTool(mine, 'release', { taskId: id, outcome: 'completed', epoch: 1 })).toMatchObject(
      stale,
    )
    expect(await api.get(`/api/tasks/${id}`)).toMatchObject({
      claim: { sessionId: other.session.id, epoch: 2 },
    })
    await tool(theirs, 'release', { taskId: id })
    expect(await tool(mine, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 3 } } })
    const late = { taskId: id, message: 'x', outcome: 'completed', epoch: 1 }
    expect(await callTool(mine, 'report', late)).toMatchObject(stale)
    await mine.close()
    await theirs.close()
  })
})

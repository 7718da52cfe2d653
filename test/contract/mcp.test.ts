// An agent over MCP gets no work, does what it may not, or hears nothing that helps it on.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { agentsOf } from './agents'
import { client, type Project, type Session, type Task } from './http'
import { callTool, connectMcp, eras, tool } from './mcp'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})

const workerTools = ['whoami', 'my_tasks', 'report', 'ask', 'claim_next', 'release', 'queue']
const ownTools = ['list_tasks', 'create_task', 'update_task', 'ready', 'spawn', 'sessions', 'tell', 'wait']

const { spawned } = agentsOf(api, () => project.id)

const namesOf = async (mcp: Awaited<ReturnType<typeof connectMcp>>) =>
  (await mcp.listTools()).tools.map(({ name }) => name)

describe.each(eras)('an agent that speaks the %s protocol', (era) => {
  it('lists its tools, claims a task, reports and gives it back with an outcome', async () => {
    const { id } = await api.task(project.id, { title: 'Add the login page' })
    const session = await api.session(project.id, [], { strategy: 'tree' })
    const mcp = await connectMcp(target.url, { era, headers: { 'X-Maestro-Session': session.id } })
    expect(await namesOf(mcp)).toEqual(workerTools)
    expect(await tool(mcp, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 1 } } })
    expect(await tool(mcp, 'report', { taskId: id, message: 'Half done' })).toMatchObject({
      sessionStatus: 'working',
    })
    const released = { taskId: id, outcome: 'completed', message: 'Done' }
    expect(await tool(mcp, 'release', released)).toEqual({
      taskId: id,
      status: 'completed',
      sessionStatus: 'completed',
    })
    expect(await tool(mcp, 'claim_next')).toEqual({ task: null, waiting: [] })
    const { timeline } = await api.get<Session>(`/api/sessions/${session.id}`)
    expect(timeline.map(({ message }) => message)).toEqual(expect.arrayContaining(['Half done', 'Done']))
    await mcp.close()
  })

  it('plans, spawns, tells and waits, if it is an orchestrator', async () => {
    const { session, headers } = await spawned({ role: 'orchestrator' })
    const mcp = await connectMcp(target.url, { era, headers })
    expect(await namesOf(mcp)).toEqual([...workerTools, ...ownTools])
    expect(await tool(mcp, 'whoami')).toMatchObject({
      session: { id: session.id, metadata: { role: 'orchestrator' } },
      project: { id: project.id },
    })
    const created = await tool(mcp, 'create_task', { title: 'Write the tests', description: 'All of them' })
    const { id } = Object(created).task
    expect(await tool(mcp, 'update_task', { taskId: id, priority: 'high' })).toMatchObject({
      task: { priority: 'high' },
    })
    expect(await tool(mcp, 'ready')).toMatchObject({ tasks: [{ id, title: 'Write the tests' }] })
    const [first] = [await tool(mcp, 'list_tasks', { limit: 1 })]
    expect(first).toMatchObject({
      leftOut: '1 of 2 are not shown: call again with this cursor, or ask for fewer',
    })
    expect(await callTool(mcp, 'list_tasks', { cursor: 'x' })).toMatchObject({
      isError: true,
      body: { code: 'VALIDATION_ERROR', message: expect.not.stringContaining('X-') },
    })
    expect(await tool(mcp, 'list_tasks', { limit: 1, cursor: Object(first).cursor })).toMatchObject({
      tasks: [{ id }],
    })
    const spawn = await tool(mcp, 'spawn', { taskIds: [id] })
    const child = Object(spawn).session.id
    expect(spawn).toMatchObject({ session: { parentSessionId: session.id, taskIds: [id] } })
    expect(await tool(mcp, 'sessions', { parentSessionId: session.id })).toMatchObject({
      sessions: [{ id: child }],
    })
    expect(await tool(mcp, 'tell', { sessionId: child, text: 'Begin with the parser' })).toMatchObject({
      sessionId: child,
      state: 'queued',
    })
    const waiting = tool(mcp, 'wait', { sessionIds: [child] })
    await api.ok('POST', `/api/sessions/${child}/end`, { cause: 'stopped' })
    expect(await waiting).toMatchObject({ state: 'ended', sessions: [{ id: child, status: 'stopped' }] })
    await mcp.close()
  })

  it('asks a person, and gets the answer', async () => {
    const { session, task, headers } = await spawned()
    const mcp = await connectMcp(target.url, { era, headers })
    const question = { title: 'Which date format?', options: [{ id: 'iso', label: '2026-03-01' }] }
    const asked = tool(mcp, 'ask', question)
    const [request] = await oneOpen(session.id)
    expect(request).toMatchObject({ ...question, kind: 'question', taskId: task.id })
    await api.ok('POST', `/api/requests/${request?.id}/answer`, { optionId: 'iso', by: 'Ada' })
    const answer = { optionId: 'iso', by: 'Ada' }
    expect(await asked).toEqual({ state: 'answered', requestId: request?.id, answer })
    // Again with the id: nothing is asked, the answer is the same.
    expect(await tool(mcp, 'ask', { requestId: request?.id })).toMatchObject({ state: 'answered', answer })
    expect(await api.get(`/api/requests/${request?.id}`)).toMatchObject({ deliveredAt: expect.any(Number) })
    expect(await api.get(`/api/inbox?sessionId=${session.id}&state=all`)).toHaveLength(1)
    await mcp.close()
  })

  it('works through its queue', async () => {
    const { task, headers } = await spawned({ strategy: 'queue' })
    const mcp = await connectMcp(target.url, { era, headers })
    const more = await api.task(project.id)
    await tool(mcp, 'queue', { action: 'push', taskId: more.id })
    expect(await tool(mcp, 'queue', { action: 'list', limit: 1 })).toMatchObject({
      items: [{ taskId: task.id }],
      leftOut: '1 of 2 are not shown: call again with a higher limit',
    })
    expect(await tool(mcp, 'queue', { action: 'top' })).toMatchObject({ item: { taskId: task.id } })
    expect(await tool(mcp, 'queue', { action: 'start' })).toMatchObject({ item: { status: 'processing' } })
    expect(await tool(mcp, 'queue', { action: 'fail', reason: 'No database' })).toMatchObject({
      failedItem: { taskId: task.id, failReason: 'No database' },
    })
    expect(await callTool(mcp, 'queue', { action: 'push' })).toMatchObject({
      isError: true,
      body: { code: 'VALIDATION_ERROR', message: 'taskId is required with action push' },
    })
    await mcp.close()
  })

  it('reports on all its work at once, and so ends its session', async () => {
    const { session, task, headers } = await spawned()
    const mcp = await connectMcp(target.url, { era, headers })
    expect(await tool(mcp, 'my_tasks')).toMatchObject({ tasks: [{ id: task.id }] })
    expect(await tool(mcp, 'report', { message: 'I begin' })).toMatchObject({ noted: 'progress' })
    expect(await tool(mcp, 'report', { message: 'All done', outcome: 'completed' })).toEqual({
      sessionId: session.id,
      status: 'completed',
      taskIds: [task.id],
    })
    expect(await api.get<Task>(`/api/tasks/${task.id}`)).toMatchObject({ sessionStatus: 'completed' })
    expect(await callTool(mcp, 'claim_next')).toMatchObject({
      isError: true,
      body: { code: 'SESSION_ENDED', next: expect.stringContaining('stop working') },
    })
    await mcp.close()
  })

  it('reads tasks, sessions without their environment, and skills', async () => {
    const { session, task, headers } = await spawned()
    const mcp = await connectMcp(target.url, { era, headers })
    const { resourceTemplates } = await mcp.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
      ['tasks', 'sessions', 'skills'].map((kind) => `maestro://${kind}/{id}`),
    )
    const { resources } = await mcp.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining([`maestro://sessions/${session.id}`, `maestro://tasks/${task.id}`]),
    )
    const read = async (uri: string): Promise<unknown> => {
      const [content] = (await mcp.readResource({ uri })).contents
      return JSON.parse(content && 'text' in content ? content.text : '')
    }
    expect(await read(`maestro://tasks/${task.id}`)).toMatchObject({ title: task.title })
    const shown = await read(`maestro://sessions/${session.id}`)
    expect(shown).toMatchObject({ id: session.id, timeline: expect.any(Array) })
    expect(shown).not.toHaveProperty('env')
    await expect(read('maestro://tasks/task_0')).rejects.toThrow('Task not found')
    await expect(read('maestro://projects/x')).rejects.toThrow('There is no resource maestro://projects/x')
    await mcp.close()
  })
})

const oneOpen = async (sessionId: string) => {
  for (;;) {
    const open = await api.get<{ id: string }[]>(`/api/inbox?sessionId=${sessionId}`)
    if (open.length > 0) return open
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a client of 2026-07-28', () => {
  const era = 'modern'

  it('is asked itself, beside the inbox, and its person answers there', async () => {
    const { session, headers } = await spawned()
    const options = { capabilities: { elicitation: { form: {} } } }
    const mcp = await connectMcp(target.url, { era, headers, options })
    const seen: unknown[] = []
    mcp.setRequestHandler('elicitation/create', ({ params }) => {
      seen.push(params.message)
      return { action: 'accept', content: { text: 'As the old pages have it' } }
    })
    expect(await tool(mcp, 'ask', { title: 'Which format?', detail: 'The old pages differ' })).toMatchObject({
      state: 'answered',
      answer: { text: 'As the old pages have it', by: 'user' },
    })
    expect(seen).toEqual(['Which format?\n\nThe old pages differ'])
    // An agent answers nothing in the inbox: there it is withdrawn.
    expect(await api.get(`/api/inbox?sessionId=${session.id}&state=all`)).toMatchObject([
      { state: 'withdrawn' },
    ])
    await mcp.close()
  })

  it('hears when a resource that it has subscribed to changes', async () => {
    const task = await api.task(project.id)
    const mcp = await connectMcp(target.url, { era })
    const changed = new Promise((resolve) =>
      mcp.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)),
    )
    const uri = `maestro://tasks/${task.id}`
    const subscription = await mcp.listen({ resourceSubscriptions: [uri] })
    await api.ok('PATCH', `/api/tasks/${task.id}`, { title: 'Another' })
    expect(await changed).toBe(uri)
    await subscription.close()
    await mcp.close()
  })
})

describe('a client of an older revision over HTTP', () => {
  it('is offered no subscriptions', async () => {
    const mcp = await connectMcp(target.url, { era: 'legacy' })
    expect(mcp.getServerCapabilities()?.resources).toEqual({})
    await mcp.close()
  })
})

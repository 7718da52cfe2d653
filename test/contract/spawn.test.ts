import { afterAll, describe, expect, it } from 'vitest'
import { client, type Session, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project({ name: 'app', workingDir: '/home/ada/app' })

interface Spawned {
  sessionId: string
  manifestPath: string
  envVars: Record<string, string>
  session: Session
}
interface Manifest {
  session: { model: string }
  tasks: Record<string, unknown>[]
  context: { custom: Record<string, unknown>; relatedTasks?: { id: string }[] }
  systemPrompt: string
}
const spawn = (fields: object) =>
  api.ok<Spawned>('POST', '/api/sessions/spawn', { projectId: project.id, ...fields })
const manifestOf = ({ sessionId }: Spawned) => api.get<Manifest>(`/api/sessions/${sessionId}/manifest`)

describe('spawning a session', () => {
  it('answers 201 with all that a client needs to open a terminal', async () => {
    const task = await api.task(project.id)
    const sent = { projectId: project.id, taskIds: [task.id] }
    const { status, body } = await api.request<Spawned>('POST', '/api/sessions/spawn', sent)
    const { sessionId, manifestPath, envVars, session } = body
    expect(status).toBe(201)
    expect(body).toEqual({
      success: true,
      sessionId: expect.stringMatching(/^sess_\d{13}_[0-9a-z]{9}$/),
      manifestPath: expect.stringMatching(new RegExp(`${sessionId}/manifest(\\.json)?$`)),
      message: 'Spawn request sent to Agent Maestro',
      command: 'maestro worker init',
      initialCommand: 'maestro worker init',
      cwd: '/home/ada/app',
      envVars: {
        MAESTRO_SESSION_ID: sessionId,
        MAESTRO_MANIFEST_PATH: manifestPath,
        MAESTRO_SERVER_URL: expect.stringMatching(/^https?:\/\//),
        MAESTRO_STRATEGY: 'simple',
      },
      session: {
        id: sessionId,
        run: session.startedAt,
        projectId: project.id,
        taskIds: [task.id],
        name: `Worker for ${task.id}`,
        env: envVars,
        strategy: 'simple',
        status: 'spawning',
        startedAt: session.startedAt,
        lastActivity: session.startedAt,
        completedAt: null,
        parentSessionId: null,
        hostname: expect.any(String),
        platform: expect.any(String),
        events: [],
        timeline: session.timeline,
        metadata: {
          skills: [],
          spawnedBy: null,
          spawnSource: 'ui',
          role: 'worker',
          strategy: 'simple',
          context: {},
        },
      },
    })
    expect(session.timeline).toMatchObject([{ type: 'session_started', id: expect.stringMatching(/^evt_/) }])
    expect(await api.get(`/api/sessions/${sessionId}`)).toEqual(session)
  })

  it('associates its tasks on both sides, each once', async () => {
    const [one, two] = [await api.task(project.id), await api.task(project.id)]
    const { sessionId, session } = await spawn({ taskIds: [one.id, two.id, one.id] })
    expect(session.taskIds).toEqual([one.id, two.id])
    expect(session.name).toBe(`Worker for ${one.id}`)
    for (const { id } of [one, two]) {
      expect((await api.get<Task>(`/api/tasks/${id}`)).sessionIds).toEqual([sessionId])
    }
  })

  it('does as it is told in every field', async () => {
    const task = await api.task(project.id)
    const told = {
      role: 'orchestrator',
      strategy: 'tree',
      sessionName: 'The boss',
      skills: ['maestro-cli', 'of-my-own'],
      context: { branch: 'main', deep: { n: 1 } },
      model: 'haiku',
    }
    const spawned = await spawn({ ...told, taskIds: [task.id] })
    expect(spawned).toMatchObject({
      command: 'maestro orchestrator init',
      initialCommand: 'maestro orchestrator init',
      envVars: { MAESTRO_STRATEGY: 'tree' },
      session: {
        name: 'The boss',
        strategy: 'tree',
        metadata: { skills: told.skills, role: 'orchestrator', strategy: 'tree', context: told.context },
      },
    })
    expect(await manifestOf(spawned)).toMatchObject({
      role: 'orchestrator',
      strategy: 'tree',
      skills: told.skills,
      session: { model: 'haiku' },
      context: { custom: { ...told.context, taskIds: [task.id] } },
    })
  })

  it('names an orchestrator after its first task', async () => {
    const task = await api.task(project.id)
    const { session } = await spawn({ role: 'orchestrator', taskIds: [task.id] })
    expect(session.name).toBe(`Orchestrator for ${task.id}`)
  })

  it.each(['sessionId', 'spawnedBy'])('notes the session that asked for it, named in %s', async (field) => {
    const task = await api.task(project.id)
    const parent = await api.session(project.id)
    const { session } = await spawn({ taskIds: [task.id], spawnSource: 'session', [field]: parent.id })
    expect(session.id).not.toBe(parent.id)
    expect(session.metadata).toMatchObject({ spawnSource: 'session', spawnedBy: parent.id })
  })

  it('ignores what clients send of their own', async () => {
    const task = await api.task(project.id)
    const { session } = await spawn({
      taskIds: [task.id],
      mode: 'fast',
      launchConfig: { x: 1 },
      env: { A: '1' },
    })
    expect(session).not.toHaveProperty('mode')
    expect(session.metadata).not.toHaveProperty('launchConfig')
    expect(session.env).not.toHaveProperty('A')
  })
})

describe('the manifest', () => {
  it('holds the project, the tasks, the model and the prompt, and nothing that no schema knows', async () => {
    const dependency = await api.task(project.id)
    const task = await api.task(project.id, {
      title: 'Write it',
      description: 'At length',
      priority: 'high',
      acceptanceCriteria: ['It works'],
      dependencies: [dependency.id],
    })
    const spawned = await spawn({ taskIds: [task.id, dependency.id] })
    const manifest = await manifestOf(spawned)
    expect(manifest).toEqual({
      manifestVersion: '1.0',
      role: 'worker',
      strategy: 'simple',
      project: { id: project.id, name: 'app', workingDir: '/home/ada/app' },
      tasks: [
        {
          id: task.id,
          title: 'Write it',
          description: 'At length',
          parentId: null,
          acceptanceCriteria: ['It works'],
          dependencies: [dependency.id],
          priority: 'high',
          projectId: project.id,
          createdAt: new Date(task.createdAt).toISOString(),
        },
        expect.objectContaining({ id: dependency.id }),
      ],
      skills: [],
      session: {
        model: 'sonnet',
        permissionMode: 'acceptEdits',
        thinkingMode: 'auto',
        workingDirectory: '/home/ada/app',
      },
      context: { custom: { taskIds: [task.id, dependency.id] } },
      templateId: expect.stringMatching(/^tmpl_/),
      systemPrompt: expect.stringMatching(/./),
    })
  })

  it('has every placeholder of the template replaced', async () => {
    const task = await api.task(project.id)
    for (const role of ['worker', 'orchestrator']) {
      const { systemPrompt } = await manifestOf(await spawn({ taskIds: [task.id], role }))
      const known = /\{\{(PROJECT_NAME|TASK_COUNT|STRATEGY|PROJECT_DIR|SESSION_ID|ROLE|TASKS|SKILLS)\}\}/
      expect(systemPrompt).not.toMatch(known)
    }
  })

  it('gives a task without criteria one, and keeps an initial prompt in its metadata', async () => {
    const task = await api.task(project.id, { initialPrompt: 'Begin here' })
    const empty = await api.task(project.id, { acceptanceCriteria: [] })
    const { tasks } = await manifestOf(await spawn({ taskIds: [task.id, empty.id] }))
    expect(tasks).toMatchObject([
      { acceptanceCriteria: ['Task completed as described'], metadata: { initialPrompt: 'Begin here' } },
      { acceptanceCriteria: ['Task completed as described'] },
    ])
    expect(tasks[1]).not.toHaveProperty('metadata')
  })

  it('takes the model of the first task where the request names none', async () => {
    const opus = await api.task(project.id, { model: 'opus' })
    const haiku = await api.task(project.id, { model: 'haiku' })
    const plain = await api.task(project.id)
    const modelOf = async (fields: object) => (await manifestOf(await spawn(fields))).session.model
    expect(await modelOf({ taskIds: [opus.id, haiku.id] })).toBe('opus')
    expect(await modelOf({ taskIds: [plain.id, opus.id] })).toBe('sonnet')
    expect(await modelOf({ taskIds: [opus.id], model: 'haiku' })).toBe('haiku')
  })

  it('tells of the tasks around it that are not in the session themselves', async () => {
    const parent = await api.task(project.id, { title: 'parent' })
    const dependency = await api.task(project.id, { title: 'dependency' })
    const task = await api.task(project.id, { parentId: parent.id, dependencies: [dependency.id] })
    const child = await api.task(project.id, { parentId: task.id, title: 'child' })
    const waiting = await api.task(project.id, { dependencies: [task.id], title: 'waiting' })
    await api.ok('PATCH', `/api/tasks/${dependency.id}`, { status: 'completed' })

    const { context } = await manifestOf(await spawn({ taskIds: [task.id] }))
    const around = [
      { id: parent.id, title: 'parent', status: 'todo', relationship: 'related_to' },
      { id: dependency.id, title: 'dependency', status: 'completed', relationship: 'depends_on' },
      { id: child.id, title: 'child', status: 'todo', relationship: 'related_to' },
      { id: waiting.id, title: 'waiting', status: 'todo', relationship: 'blocks' },
    ]
    expect(new Set(context.relatedTasks)).toEqual(new Set(around))

    const narrower = await manifestOf(await spawn({ taskIds: [task.id, parent.id, dependency.id, child.id] }))
    expect(narrower.context.relatedTasks).toEqual([around[3]])
  })

  it('stays as it was when the task changes later', async () => {
    const task = await api.task(project.id, { title: 'then' })
    const spawned = await spawn({ taskIds: [task.id] })
    await api.ok('PATCH', `/api/tasks/${task.id}`, { title: 'now' })
    expect((await manifestOf(spawned)).tasks).toMatchObject([{ title: 'then' }])
  })
})

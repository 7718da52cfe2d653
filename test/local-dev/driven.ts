// A server, and a driver with the scripted agent, in this process: what they say to one another, and what came of it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type InboxRequest, type Session } from '../../functions/client/client'
import type { AcpPreset } from '../../local-dev/agents/presets'
import { reportAgentExit, reportStart, reportStartError } from '../../local-dev/agents/session'
import { AgentStartError } from '../../local-dev/agents/start-error'
import { runAcpAgent } from '../../local-dev/driver/run-acp'
import { parseTrusted } from '../../schemas/json-text'
import { waitUntil } from '../e2e/fixture'
import { startInProcess } from '../memory/target'

const program = join(import.meta.dirname, '../agents/scripted-agent.mjs')

/** An agent that asks in its mode `default`, and has a `plan`. */
export const preset: AcpPreset = {
  program: 'scripted',
  args: [],
  npm: { package: 'scripted', version: '1.0.0' },
  sessionMode: (mode) => (mode === 'plan' ? 'plan' : 'default'),
  asks: true,
  login: 'scripted login',
  steering: true,
  cannotKeep: [],
}

const modes = {
  currentModeId: 'default',
  availableModes: ['default', 'plan', 'free'].map((id) => ({ id, name: id })),
}

interface Given {
  method: string
  params: Record<string, unknown>
}

interface DriveOptions {
  /** Of the spawn. */
  fields?: object
  preset?: AcpPreset
  isUnattended?: boolean
  /** In place of the scripted agent. */
  command?: string[]
}

export const createDriven = async () => {
  const server = await startInProcess({})
  const client = createClient({ url: server.url })
  const directory = join(server.root, 'app')
  mkdirSync(directory)
  const project = await client.projects.create({ name: 'app', workingDir: directory })
  let drives = 0

  return {
    client,
    directory,
    /** Lets an agent go on that waits for a file. */
    say: (name: string) => writeFileSync(join(directory, name), ''),
    stop: () => server.stop(),
    /** Spawns a session on a task of its own, and drives it as `maestro worker init` does. */
    async drive(scenario: object, { fields = {}, preset, isUnattended = false, command }: DriveOptions = {}) {
      const folder = join(server.root, `drive-${++drives}`)
      mkdirSync(folder)
      const log = join(folder, 'agent.log')
      const scenarioFile = join(folder, 'scenario.json')
      writeFileSync(
        scenarioFile,
        JSON.stringify({ log, history: join(folder, 'history'), modes, ...scenario }),
      )
      const task = await client.tasks.create({ projectId: project.id, title: 'Work' })
      const spawned = await client.sessions.spawn({ projectId: project.id, taskIds: [task.id], ...fields })
      const id = spawned.sessionId
      const session = await reportStart(client, id, 'scripted', {})
      const listeners = signals.map((name) => ({ name, before: process.listeners(name) }))
      const ended = runAcpAgent({
        client,
        session,
        choice: {
          name: 'scripted',
          command: command ?? [process.execPath, program, scenarioFile],
          ...(preset && { preset }),
        },
        cwd: directory,
        env: {
          PATH: process.env.PATH,
          HOME: server.root,
          MAESTRO_SERVER_URL: server.url,
          MAESTRO_SESSION_ID: id,
        },
        home: server.root,
        folder,
        prompt: 'You are a worker.',
        role: 'worker',
        model: session.model,
        permissionMode: session.permissionMode ?? 'acceptEdits',
        permissionsFile: undefined,
        isUnattended,
        stallAfterMs: 600_000,
        write: () => undefined,
      })
        .then(
          (exit) => reportAgentExit(client, session, 'scripted', exit),
          async (error: unknown) => {
            if (!(error instanceof AgentStartError)) throw error
            await reportStartError(client, id, error.message)
            return client.sessions.get(id)
          },
        )
        // A driver leaves them in place: its process ends.
        .finally(() => {
          for (const { name, before } of listeners)
            for (const listener of process.listeners(name))
              if (!before.includes(listener)) process.off(name, listener)
        })
      ended.catch(() => undefined)

      const entries = () =>
        (existsSync(log) ? readFileSync(log, 'utf8') : '')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => parseTrusted<{ in?: Given; event?: string; outcome?: object; pid?: number }>(line))
      const open = async () => client.inbox.list({ sessionId: id })

      return {
        id,
        taskId: task.id,
        ended,
        /** What the agent was given, in order: the methods. */
        methods: () => entries().flatMap((entry) => entry.in?.method ?? []),
        given: (method: string): Given['params'][] =>
          entries().flatMap((entry) => (entry.in?.method === method ? [entry.in.params] : [])),
        /** What it was answered when it asked. */
        answers: () => entries().flatMap((entry) => (entry.event === 'answer' ? [entry.outcome] : [])),
        /** Of its last process. */
        pid: () => entries().findLast(({ event }) => event === 'start')?.pid ?? 0,
        open,
        /** The one thing that a person is asked. */
        async request(): Promise<InboxRequest> {
          await waitUntil('it asks', async () => (await open()).length > 0)
          const [request] = await open()
          if (!request) throw new Error('it was withdrawn')
          return request
        },
        async answer({ id: requestId, options }: InboxRequest, effect: string): Promise<void> {
          const option = options.find((each) => each.effect === effect)
          await client.requests.answer(requestId, option ? { optionId: option.id } : { text: effect })
        },
        hasStatus: (status: Session['status']) =>
          waitUntil(`it is ${status}`, async () => (await client.sessions.get(id)).status === status),
        /** What the timeline tells, in order. */
        told: async () => (await client.sessions.get(id)).timeline.map(({ message = '' }) => message),
        /** Its task is done: its agent is through when its turn ends. */
        done: () => client.tasks.update(task.id, { updateSource: 'session', sessionStatus: 'completed' }, {}),
      }
    },
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

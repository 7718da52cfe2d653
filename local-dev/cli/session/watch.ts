import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Session } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import type { SessionTimelineEvent } from '../../../schemas/timeline'
import { createLogReader } from '../../runner/log-reader'
import { logPath, sessionFolder } from '../../runner/session-folder'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { bold, dim, sentence, time } from '../format'
import { resolveProject } from '../project/resolve'
import { localConfig } from '../this-machine'
import { followSession } from './follow'
import { reasonsOfWaiting } from './waiting'

/** Between looks at the log. */
const pollMs = 300
const howToAnswer = 'It waits for you: "maestro inbox" shows what it asks, and what answers it'
/** Every so manieth poll of the log also asks why the session is not started yet. */
const pollsPerQuestion = 5
/** After the end of its session an agent still has to exit, and that is reported as well: so long it is waited for. */
const exitGraceMs = { beforeReport: 5000, afterReport: 500 }

export const command = defineCommand({
  about: "Watch a session until it ends: its timeline, and on the machine where it runs its agent's output",
  example: 'maestro session watch sess_1',
  ids: { id: 'session' },
  args: {
    id: {
      type: 'positional',
      required: false,
      valueHint: 'SESSION',
      description: "Id of the session; default: this project's latest",
    },
  },
  async run(context) {
    const { args, client, json, print, variables } = context
    const first = args.id ? await client.sessions.get(args.id) : await latestSession(context)
    const read = createLogReader(logPath(sessionFolder(localConfig(variables).sessionDir, first.id)))
    const shown = new Set<string>()
    let asked = false
    const show = ({ timeline, needsInput, status }: Session) => {
      for (const entry of timeline)
        if (!shown.has(entry.id)) {
          shown.add(entry.id)
          print(json ? JSON.stringify(entry) : lineOf(entry))
        }
      const asks = needsInput?.active === true && !endedStatuses.includes(status)
      if (asks && !asked && !json) print(dim(howToAnswer))
      asked = asks
    }
    const showLog = async (toTheEnd: boolean) => {
      for await (const line of read(toTheEnd)) print(json ? JSON.stringify({ output: line }) : line)
    }
    const done = new AbortController()
    let last = first
    const subscription = subscribe(client, first.id, done, (session) => {
      last = session
      show(session)
    })
    show(first)
    let waits: string | undefined
    const showWaits = async () => {
      const reason = (await reasonsOfWaiting(client, [last]).catch(() => undefined))?.get(last.id)
      if (reason !== undefined && reason !== waits && !json) print(dim(reason))
      waits = reason
    }
    let polls = 0
    if (!endedStatuses.includes(first.status))
      while (!done.signal.aborted) {
        await showLog(false)
        if (polls++ % pollsPerQuestion === 0) await showWaits()
        await Promise.race([sleep(pollMs), subscription])
      }
    done.abort()
    await subscription
    await showLog(true)
    if (!json) print(bold(`${last.id} is ${last.status}`))
    return undefined
  },
})

const latestSession = async (context: Parameters<typeof resolveProject>[0]): Promise<Session> => {
  const sessions = await context.client.sessions.list({ projectId: await resolveProject(context, undefined) })
  const last = sessions.at(-1)
  if (!last) throw new UsageError('This project has no sessions: maestro session spawn starts one')
  return last
}

/** Calls `show` with the session whenever it changes; aborts `done` when it has ended. */
const subscribe = (client: Client, id: string, done: AbortController, show: (session: Session) => void) =>
  followSession(client, id, {
    signal: done.signal,
    onSession(session) {
      show(session)
      if (!endedStatuses.includes(session.status)) return
      const isReported = session.timeline.some(isOfExit)
      setTimeout(() => done.abort(), isReported ? exitGraceMs.afterReport : exitGraceMs.beforeReport).unref()
    },
    onDeleted: () => done.abort(),
  })

/** Whether an entry says how the agent's process ended; an agent or a person may have ended the session before. */
const isOfExit = ({ type, metadata }: SessionTimelineEvent): boolean =>
  metadata?.cause === undefined
    ? type === 'session_stopped'
    : metadata.cause !== 'reported' && metadata.cause !== 'stopped'

const lineOf = ({ timestamp, type, message = '', taskId }: SessionTimelineEvent): string =>
  `${dim(time(timestamp).slice(11))}  ${bold(type)}  ${sentence([taskId, message].filter(Boolean).join('  '))}`.trimEnd()

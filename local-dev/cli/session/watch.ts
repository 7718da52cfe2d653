import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, MaestroError, type Session } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/session'
import type { SessionTimelineEvent } from '../../../schemas/timeline'
import { folderOf, logOf } from '../../runner/folder'
import { logReader } from '../../runner/follow-log'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { bold, dim, sentence, time } from '../look'
import { projectChosen } from '../project/chosen'
import { configuration } from '../this-machine'

/** The log is looked at so often, in milliseconds. */
const interval = 300
/** An agent that has reported the end of its session still has to end, which is told as well; in milliseconds. */
const aftermath = { unlessTold: 5000, onceTold: 500 }

export const command = defineCommand({
  about:
    'Follow a session: what its agent prints (on the machine where it runs) and its timeline, until it ends',
  example: 'maestro session watch sess_1',
  args: {
    id: {
      type: 'positional',
      required: false,
      valueHint: 'SESSION',
      description: "Id of the session; default: this project's latest",
    },
  },
  async run(call) {
    const { args, client, json, print } = call
    const first = args.id ? await client.sessions.get(args.id) : await latest(call)
    const read = logReader(logOf(folderOf(first, configuration().sessionDir)))
    const shown = new Set<string>()
    const show = ({ timeline }: Session) => {
      for (const entry of timeline)
        if (!shown.has(entry.id)) {
          shown.add(entry.id)
          print(json ? JSON.stringify(entry) : lineOf(entry))
        }
    }
    const showLog = async (toTheEnd: boolean) => {
      for (const line of await read(toTheEnd)) print(json ? JSON.stringify({ output: line }) : line)
    }
    const done = new AbortController()
    let last = first
    const following = follow(client, first.id, done, (session) => {
      last = session
      show(session)
    })
    show(first)
    if (!endedStatuses.includes(first.status))
      while (!done.signal.aborted) {
        await showLog(false)
        await Promise.race([sleep(interval), following])
      }
    done.abort()
    await following
    await showLog(true)
    if (!json) print(bold(`${last.id} is ${last.status}`))
    return undefined
  },
})

const latest = async (call: Parameters<typeof projectChosen>[0]): Promise<Session> => {
  const sessions = await call.client.sessions.list({ projectId: await projectChosen(call, undefined) })
  const last = sessions.at(-1)
  if (!last) throw new UsageError('This project has no sessions yet')
  return last
}

/** Tells the session whenever it changes; aborts `done` when it has ended. */
const follow = async (
  client: Client,
  id: string,
  done: AbortController,
  show: (session: Session) => void,
) => {
  const seen = (session: Session) => {
    show(session)
    if (!endedStatuses.includes(session.status)) return
    const isTold = session.timeline.some(({ type }) => type === 'session_stopped')
    setTimeout(() => done.abort(), isTold ? aftermath.onceTold : aftermath.unlessTold).unref()
  }
  await client.events.follow({
    rooms: [`session:${id}`],
    signal: done.signal,
    onEvent: (event) => {
      if (event.type === 'session:updated' && event.data.id === id) seen(event.data)
      if (event.type === 'session:deleted' && event.data.id === id) done.abort()
    },
    // What happened before the connection was there. If the server has gone again, it will be asked once more.
    onCaughtUp: () =>
      void client.sessions.get(id).then(seen, (error) => {
        if (error instanceof MaestroError && error.status === 404) done.abort()
      }),
  })
}

const lineOf = ({ timestamp, type, message = '', taskId }: SessionTimelineEvent): string =>
  `${dim(time(timestamp).slice(11))}  ${bold(type)}  ${sentence([taskId, message].filter(Boolean).join('  '))}`.trimEnd()

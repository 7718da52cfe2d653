import { type Client, MaestroError, type Session } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { wholeNumber } from '../arguments'
import { defineCommand } from '../command'
import { noteDisconnects } from '../disconnects'
import { exitCodes } from '../exit'
import { sentence } from '../format'
import { followSession } from './follow'
import { sessionLine } from './format'

/** Timers hold no more: 24 days. */
const maxSeconds = 2_000_000
/** Whoever waits for longer is told what for. */
const patientMs = 1000

export const command = defineCommand({
  about: 'Wait until a session has ended: 0 if it is completed, 1 if it failed or was stopped',
  example: 'maestro session wait sess_1 --timeout 600',
  args: {
    id: { type: 'positional', description: 'The session', required: true },
    timeout: {
      type: 'string',
      valueHint: 'SECONDS',
      description: `Wait no longer; where it is still at work then, the exit code is ${exitCodes.timedOut}`,
    },
  },
  ids: { id: 'session' },
  async run({ client, args, note, signal }) {
    const timeout =
      args.timeout === undefined ? undefined : wholeNumber('--timeout', args.timeout, maxSeconds)
    const first = await client.sessions.get(args.id)
    const session = await endOf(client, first, {
      note: (line) => note(sentence(line)),
      signal: AbortSignal.any([
        signal,
        ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout * 1000)]),
      ]),
    })
    const { status, endReason } = session
    if (!endedStatuses.includes(status))
      return { json: session, text: sessionLine('Still at work:', session), exitCode: exitCodes.timedOut }
    const reason = endReason === undefined ? '' : `. ${endReason}`
    return {
      json: session,
      text: sentence(`${sessionLine('Ended', session)}${reason}`),
      exitCode: status === 'completed' ? 0 : exitCodes.failed,
    }
  },
})

interface Waiting {
  note(line: string): void
  signal: AbortSignal
}

/** The session as it has ended, or as it was when `signal` aborted. */
const endOf = async (client: Client, first: Session, { note, signal }: Waiting): Promise<Session> => {
  if (endedStatuses.includes(first.status)) return first
  const done = new AbortController()
  const connection = noteDisconnects(note)
  let session = first
  let isDeleted = false
  let asked: string | undefined
  const told = setTimeout(() => note(`waiting for ${first.id} (${session.status}): ${first.name}`), patientMs)
  await followSession(client, first.id, {
    signal: AbortSignal.any([signal, done.signal]),
    onSession(now) {
      session = now
      const { active, message = '' } = now.needsInput ?? {}
      if (active && message !== asked) note(`it waits for a person: ${message} (maestro inbox)`)
      asked = active ? message : undefined
      if (endedStatuses.includes(now.status)) done.abort()
    },
    onDeleted() {
      isDeleted = true
      done.abort()
    },
    onCaughtUp: connection.caughtUp,
    onDisconnect: connection.lost,
  })
  clearTimeout(told)
  if (isDeleted) throw new MaestroError(404, 'SESSION_NOT_FOUND', `${first.id} was deleted meanwhile`)
  return session
}

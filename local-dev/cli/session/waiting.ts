/** Why a session that was spawned is not started yet, for who asks on the command line. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Session } from '../../../functions/client/client'
import { waitsForRunner } from '../../runner/claim'

const noRunner =
  'No runner listens to this server: "maestro run" starts one, unless a connected user interface does it'

/** By the ids of those that wait, where the reason is known. */
export const reasonsOfWaiting = async (
  client: Client,
  sessions: readonly Session[],
): Promise<Map<string, string>> => {
  const waiting = sessions.filter(waitsForRunner)
  if (waiting.length === 0) return new Map()
  const runners = await client.runners.list()
  const told = new Map(
    runners.flatMap(({ waiting }) => waiting.map(({ sessionId, reason }) => [sessionId, reason])),
  )
  return new Map(
    waiting.flatMap(({ id }) => {
      const reason = runners.length === 0 ? noRunner : told.get(id)
      return reason === undefined ? [] : [[id, reason]]
    }),
  )
}

/** A runner takes far less to claim a session, or to say that it waits. */
const asking = { times: 15, everyMs: 100 }

/** Waits until a session is claimed, or until it is known why not: then that is returned. */
export const reasonNotStarted = async (client: Client, id: string): Promise<string | undefined> => {
  for (let asked = 0; asked < asking.times; asked++) {
    const session = await client.sessions.get(id)
    if (!waitsForRunner(session)) return undefined
    const reason = (await reasonsOfWaiting(client, [session])).get(id)
    if (reason !== undefined) return reason
    await sleep(asking.everyMs)
  }
  return undefined
}

import { type Client, MaestroError, type Session } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import type { SessionStatus } from '../../../schemas/session'
import { livingStatuses } from '../../../storage/rules/living'
import { counted } from '../../lib/counted'
import { isNotFound } from '../../lib/not-found'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { sentence } from '../format'
import { sessionProject } from '../project/resolve'
import { sessionTable } from './format'

const pageLimit = 200

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 }

export const command = defineCommand({
  about:
    'Delete sessions that ended some time ago, with their queues, requests and messages; without --yes, list them',
  example: 'maestro session prune --older-than 30d --status completed --yes',
  args: {
    'older-than': {
      type: 'string',
      valueHint: 'TIME',
      description: 'Only those that ended so long ago: 30d, 12h, 90m, or 0; default: 7d',
    },
    status: { type: 'string', valueHint: endedStatuses.join('|'), description: 'Only with this status' },
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project (or its name)' },
    yes: { type: 'boolean', description: 'Do it' },
  },
  async run(context) {
    const { client, args, note } = context
    const olderThan = parseAge(args['older-than'] ?? '7d')
    const statuses = endedStatuses.filter((status) => args.status === undefined || status === args.status)
    if (statuses.length === 0) throw new UsageError(`--status must be one of ${endedStatuses.join(', ')}`)
    const named = args['project-id']
    const projectId = named === undefined ? undefined : await sessionProject(context, named)
    const before = Date.now() - olderThan
    const old = (await sessionsWith(client, statuses, projectId)).filter(
      ({ completedAt, lastActivity }) => (completedAt ?? lastActivity) <= before,
    )
    const needed = await neededSessions(client, old)
    const kept = old.flatMap(({ id }) => (needed.has(id) ? [{ id, reason: needed.get(id) ?? '' }] : []))
    const meant = old.filter(({ id }) => !needed.has(id))
    const notes = kept.map(({ id, reason }) => sentence(`${id} is kept: ${reason}`))
    if (!args.yes) {
      const table = sessionTable(meant)
      const hint = `${counted(meant.length, 'sessions')} would be deleted, with queue, requests and messages; their tasks stay. --yes does it`
      return {
        json: { deleted: [], kept, wouldDelete: meant.map(({ id }) => id) },
        text: [...(meant.length > 0 ? [table, hint] : ['Nothing to delete']), ...notes].join('\n'),
      }
    }
    const deleted: string[] = []
    let toldAt = Date.now()
    for (const { id } of meant) {
      if (await deleteIfEnded(client, id)) deleted.push(id)
      else kept.push({ id, reason: 'it has changed meanwhile' })
      if (Date.now() - toldAt < 1000) continue
      toldAt = Date.now()
      note(`${deleted.length} of ${meant.length} deleted`)
    }
    return {
      json: { deleted, kept },
      text: [`${counted(deleted.length, 'sessions')} deleted; their tasks stay`, ...notes].join('\n'),
    }
  },
})

/** Milliseconds. */
const parseAge = (text: string): number => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (text === '0') return 0
  if (count === undefined || !(unit === 'm' || unit === 'h' || unit === 'd'))
    throw new UsageError('--older-than must be a time like 30d, 12h or 90m, or 0')
  return Number(count) * units[unit]
}

/** A page at a time: each comes with its timeline, which is not kept. */
const sessionsWith = async (
  client: Client,
  statuses: readonly SessionStatus[],
  projectId: string | undefined,
): Promise<Session[]> => {
  const found: Session[] = []
  for (const status of statuses) {
    let cursor: string | undefined
    do {
      const { items, next } = await client.sessions.page({ status, projectId, limit: pageLimit, cursor })
      found.push(...items.map((session) => ({ ...session, timeline: [], events: [] })))
      cursor = next
    } while (cursor !== undefined)
  }
  return found
}

/** Those that something still needs, and what. */
const neededSessions = async (client: Client, sessions: readonly Session[]): Promise<Map<string, string>> => {
  const needed = new Map<string, string>()
  if (sessions.length === 0) return needed
  for (const { id, workspace } of sessions) if (workspace) needed.set(id, `its worktree is ${workspace.path}`)
  for (const { sessionId, id } of await client.inbox.list()) needed.set(sessionId, `${id} waits for a person`)
  for (const { id, parentSessionId } of await sessionsWith(client, livingStatuses, undefined))
    if (parentSessionId != null) needed.set(parentSessionId, `it has spawned ${id}, which lives`)
  return needed
}

/** Whether it was deleted; not if somebody has brought it back to life meanwhile. */
const deleteIfEnded = async (client: Client, id: string): Promise<boolean> => {
  try {
    const { entity, etag } = await client.sessions.getTagged(id)
    if (!endedStatuses.includes(entity.status)) return false
    await client.sessions.delete(id, { ifMatch: etag })
    return true
  } catch (error) {
    if (isNotFound(error)) return true
    if (error instanceof MaestroError && error.code === 'PRECONDITION_FAILED') return false
    throw error
  }
}

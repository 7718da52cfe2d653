/** What agents do. Pure. */
import type { InboxRequest } from '../../functions/client/client'
import { hasEnded, type SessionCard, type TimelineEntry } from './entities'

export interface AgentGroups {
  needsYou: SessionCard[]
  working: SessionCard[]
  ended: SessionCard[]
}

/** Who waits longest stands first among those who wait, who was heard last among the others. */
export const agentGroups = (
  sessions: readonly SessionCard[],
  requests: readonly InboxRequest[],
  projectId?: string,
): AgentGroups => {
  const asking = askingSince(requests)
  const groups: AgentGroups = { needsYou: [], working: [], ended: [] }
  for (const session of sessions) {
    if (projectId !== undefined && session.projectId !== projectId) continue
    groups[groupOf(session, asking.has(session.id))].push(session)
  }
  const since = ({ id, needsInput }: SessionCard) => asking.get(id) ?? needsInput?.since ?? 0
  groups.needsYou.sort((one, other) => since(one) - since(other))
  groups.working.sort((one, other) => one.startedAt - other.startedAt)
  groups.ended.sort((one, other) => (other.completedAt ?? 0) - (one.completedAt ?? 0))
  return groups
}

const groupOf = (session: SessionCard, isAsking: boolean): keyof AgentGroups => {
  if (hasEnded(session)) return 'ended'
  return isAsking || session.needsInput?.active ? 'needsYou' : 'working'
}

/** When each session that has an open request asked its oldest. */
const askingSince = (requests: readonly InboxRequest[]): Map<string, number> => {
  const since = new Map<string, number>()
  for (const { sessionId, state, createdAt } of requests)
    if (state === 'open') since.set(sessionId, Math.min(createdAt, since.get(sessionId) ?? createdAt))
  return since
}

/** A tool call as drivers note it: `progress` with what is known of it. */
export interface ToolCall {
  tool: string
  status?: string
  command?: string
  paths: string[]
  diff?: string
}

export const toolCallOf = ({ metadata }: Pick<TimelineEntry, 'metadata'>): ToolCall | undefined => {
  if (!metadata) return undefined
  const text = (...names: string[]): string | undefined =>
    names.map((name) => metadata[name]).find((value) => typeof value === 'string')
  const tool = text('tool', 'toolName', 'kind', 'title')
  if (tool === undefined) return undefined
  const status = text('status', 'state')
  const command = text('command')
  const diff = text('diff')
  const paths = [metadata.paths, metadata.locations, metadata.files, metadata.path]
    .flat()
    .filter((path) => typeof path === 'string')
  return {
    tool,
    paths,
    ...(status !== undefined && { status }),
    ...(command !== undefined && { command }),
    ...(diff !== undefined && { diff }),
  }
}

/** What it does right now, as its last sign of it says. */
export const doingNow = (session: SessionCard): string => {
  if (hasEnded(session)) return session.endReason ?? ''
  if (session.needsInput?.active && session.needsInput.message) return session.needsInput.message
  const last = session.timeline.findLast(({ message }) => message)
  return last?.message ?? (session.status === 'spawning' ? 'Waits for a runner to start it' : '')
}

/** What was used of what may be, in words: `$0.42 of $2.50`. Empty where nothing is known. */
export const costOf = ({ usage, budget }: SessionCard): string => {
  const used = usage?.costUsd === undefined ? undefined : dollars(usage.costUsd)
  const may = budget?.costUsd === undefined ? undefined : dollars(budget.costUsd)
  if (used === undefined && may === undefined) return ''
  return may === undefined ? (used ?? '') : `${used ?? '$0'} of ${may}`
}

const dollars = (amount: number): string => `$${amount.toFixed(amount < 0.1 ? 3 : 2)}`

/** Whose children these are, in the order in which they began. */
export const childrenOf = (sessions: readonly SessionCard[], id: string): SessionCard[] =>
  sessions.filter(({ parentSessionId }) => parentSessionId === id)

/** Which agent it is, as far as anybody has said. */
export const agentName = ({ agent, agentId }: Pick<SessionCard, 'agent' | 'agentId'>): string =>
  agent ?? agentId ?? 'agent'

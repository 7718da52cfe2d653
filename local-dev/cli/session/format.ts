import type { Project, Session } from '../../../functions/client/client'
import { details, sentence, table, time } from '../format'
import { projectColumn } from '../project/column'

export const sessionTable = (sessions: readonly Session[], projects: readonly Project[] = []): string => {
  const { heading, cell } = projectColumn(sessions, projects)
  return table(
    ['ID', 'STATUS', 'ROLE', 'STRATEGY', 'TASKS', 'LAST ACTIVITY', ...heading, 'NAME'],
    sessions.map((session) => [
      session.id,
      session.status,
      wordOf(session, 'role'),
      session.strategy,
      session.taskIds.length,
      time(session.lastActivity),
      ...cell(session),
      session.name,
    ]),
    'No sessions',
  )
}

/** `waits`: why it is not started yet. */
export const sessionDetails = (session: Session, waits?: string): string =>
  details({
    session: session.id,
    name: session.name,
    status: session.status,
    waits,
    asks: session.needsInput?.active ? (session.needsInput.message ?? 'a person') : undefined,
    reason: session.endReason,
    role: wordOf(session, 'role'),
    strategy: session.strategy,
    'spawned by': session.parentSessionId,
    project: session.projectId,
    tasks: session.taskIds,
    agent: session.agentId ?? session.agent,
    model: session.model,
    permissions: session.permissionMode,
    'works in': session.workspace?.path,
    branch: session.workspace?.branch,
    budget: budgetText(session.budget),
    used: usageText(session.usage),
    started: time(session.startedAt),
    ended: time(session.completedAt),
    timeline: session.timeline.map(({ timestamp, type, taskId, message }) =>
      [time(timestamp), type, taskId, message].filter(Boolean).join('  '),
    ),
  })

const budgetText = ({ minutes, costUsd }: NonNullable<Session['budget']> = {}): string =>
  [minutes !== undefined && `${minutes} min`, costUsd !== undefined && `$${costUsd.toFixed(2)}`]
    .filter(Boolean)
    .join(', ')

const usageText = (usage: Session['usage']): string => {
  const { inputTokens, outputTokens, costUsd, turns } = usage ?? {}
  return [
    turns !== undefined && `${turns} turns`,
    inputTokens !== undefined && `${inputTokens} tokens read`,
    outputTokens !== undefined && `${outputTokens} written`,
    costUsd !== undefined && `$${costUsd.toFixed(2)}`,
  ]
    .filter(Boolean)
    .join(', ')
}

export const sessionLine = (what: string, { id, status, name }: Session): string =>
  sentence(`${what} ${id} (${status}): ${name}`)

/** A word of a session's metadata, where it is one. */
const wordOf = ({ metadata }: Session, key: string): string => {
  const word = metadata?.[key]
  return typeof word === 'string' ? word : ''
}

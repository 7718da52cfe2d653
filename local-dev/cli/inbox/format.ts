import type { InboxRequest, Project, Session } from '../../../functions/client/client'
import { shellWord } from '../../lib/shell-word'
import { bold, dim, duration, indented, sentence, time } from '../format'
import type { Waiter } from './waiting'

/** Of a long detail, so many lines are shown. */
const maxDetailLines = 20

/** What people call what has an id. */
export interface Names {
  session(id: string): string | undefined
  project(id: string): string | undefined
}

export const namesOf = (
  session: (id: string) => Session | undefined,
  projects: readonly Project[],
): Names => {
  const byId = new Map(projects.map(({ id, name }) => [id, name]))
  return { session: (id) => session(id)?.name, project: (id) => byId.get(id) }
}

/** A request with what one needs to answer it; `now`: Unix milliseconds. */
export const requestCard = (request: InboxRequest, names: Names, now: number): string => {
  const { id, kind, state, title, detail = '', sessionId, projectId, createdAt } = request
  const age = `${duration(now - createdAt)} ago`
  const head = [bold(id), kind, state === 'open' ? age : state].join('  ')
  const session = names.session(sessionId)
  const project = names.project(projectId)
  const from = `${session === undefined ? sessionId : `${session} (${sessionId})`}${project ? `, project ${project}` : ''}`
  const lines = detail.trimEnd().split(/\r?\n/)
  const left = lines.length - maxDetailLines
  return [
    head,
    indented(sentence(title), 2),
    ...(detail.trim() === '' ? [] : [indented(lines.slice(0, maxDetailLines).join('\n'), 4)]),
    ...(left > 0 ? [dim(`    … ${left} more lines: maestro inbox --json has all`)] : []),
    dim(indented(sentence(from), 2)),
    indented(state === 'open' ? waysToAnswer(request) : outcomeOf(request), 2),
  ].join('\n')
}

const waysToAnswer = ({ id, options }: InboxRequest): string =>
  options.length === 0
    ? `maestro answer ${id} 'TEXT'`
    : `maestro answer ${id} ${sentence(options.map(optionText).join(' | '))}`

/** As it is written in a command, and in words where those say more. */
export const optionText = ({ id, label }: InboxRequest['options'][number]): string => {
  const word = shellWord(id)
  return id === label ? word : `${word} (${label})`
}

/** How a request that is not open any more was settled. */
export const outcomeOf = ({ state, options, answer, deliveredAt }: InboxRequest): string => {
  if (!answer) return state
  const delivered = deliveredAt === undefined ? '' : `, delivered ${time(deliveredAt)}`
  return sentence(
    `answered by ${answer.by} ${time(answer.at)}: ${answerInWords(options, answer)}${delivered}`,
  )
}

/** An answer in words: its option's label, what was written, or both. */
export const answerInWords = (
  options: InboxRequest['options'],
  { optionId, text }: Partial<NonNullable<InboxRequest['answer']>>,
): string =>
  [options.find(({ id }) => id === optionId)?.label ?? optionId, text && JSON.stringify(text)]
    .filter(Boolean)
    .join(', ')

export const waiterLines = (waiter: Waiter, now: number): string => {
  const { sessionId, taskId, name, message = '', since, reach } = waiter
  const age = since === undefined ? '' : `  ${duration(now - since)} ago`
  return [
    `${bold(taskId ?? sessionId ?? '')}${age}  ${sentence(name)}`,
    ...(message.trim() === '' ? [] : [indented(sentence(message), 2)]),
    ...(reach === '' ? [] : [indented(reach, 2)]),
  ].join('\n')
}

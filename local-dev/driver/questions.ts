/** The words in which a person is asked, within the bounds of a request. */
import { createHash } from 'node:crypto'
import type { CreateInboxRequest } from '../../functions/client/client'
import type { PermissionSubject } from '../permissions/subject'
import { budgetText, exhausted } from './budget'
import type { Asked, Life, Problem } from './lifecycle/life'
import type { OpenTask } from './prompts'
import { type JoinedToolCall, titleOf } from './tool-calls'

const maxTitleLength = 500
const maxDetailBytes = 16 * 1024

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

const oneLine = (text: string): string => cut(text.replace(/\s+/g, ' ').trim(), maxTitleLength)

/** As much of a text as a detail holds: where it is too long, its end, which is the newest. */
const detailOf = (text: string): string => {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxDetailBytes) return text
  // A character that was cut in two is left out.
  return `…${bytes
    .subarray(bytes.length - maxDetailBytes + 8)
    .toString()
    .replace(/^\uFFFD+/, '')}`
}

/** What an approval says of what is asked. */
export const approvalWords = (
  call: JoinedToolCall,
  subject: PermissionSubject,
  reason: string,
): Pick<CreateInboxRequest, 'title' | 'detail'> => {
  const { command, paths = [], host } = subject
  const title = subject.title ?? titleOf(call)
  const lines = [
    reason,
    command !== undefined && `Command: ${command}`,
    host !== undefined && `Host: ${host}`,
    ...paths.map((path) => `Path: ${path}`),
    ...(call.content ?? []).flatMap(({ content, path, newText }) => [
      content?.text,
      path !== undefined && newText !== undefined ? `${path} becomes:\n${newText}` : undefined,
    ]),
  ]
  const detail = lines.filter((line) => line).join('\n')
  return { title: oneLine(title), ...(detail !== '' && { detail: headOf(detail) }) }
}

/** What is asked stands at the beginning. */
const headOf = (text: string): string => {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxDetailBytes) return text
  return `${bytes
    .subarray(0, maxDetailBytes - 8)
    .toString()
    .replace(/\uFFFD+$/, '')}…`
}

/** By what the same question is known again, asked by another process: tool and raw input. Undefined if it does not say enough. */
export const keyOf = (call: JoinedToolCall, subject: PermissionSubject): string | undefined => {
  if (!subject.isWhole || call.rawInput === undefined) return undefined
  const tool = [call.name ?? '', call.kind ?? '', canonical(call.rawInput)]
  return createHash('sha256').update(JSON.stringify(tool)).digest('hex')
}

/** The same value in whatever order its fields stand. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, canonical(field)])
}

interface Circumstances {
  agent: string
  life: Life
  at: number
  lastWords: string
  openTasks: readonly OpenTask[]
  /** What the agent was doing last. */
  lastTool: string | undefined
  silentMs: number
}

const option = (id: string, label: string) => ({ id, label, effect: 'other' as const })
const stop = option('stop', 'Stop the session')

/** What the driver asks by itself. */
export const ownQuestion = (
  why: Asked | 'stall',
  about: Circumstances,
  { until, problem }: { until?: number | undefined; problem?: Problem | undefined },
): CreateInboxRequest => {
  const { agent, lastWords } = about
  switch (why) {
    case 'question':
      return question(about, problem)
    case 'interrupted':
      return {
        kind: 'question',
        title: `${agent} was interrupted, and waits to be told how to go on`,
        ...(lastWords !== '' && { detail: detailOf(lastWords) }),
      }
    case 'login': {
      const command = problem?.command
      const how = command === undefined ? 'Sign it in on the machine of its runner' : `Run "${command}" there`
      return {
        kind: 'question',
        title: oneLine(`${agent} is not signed in. ${how}, then answer this`),
        detail: detailOf(problem?.message ?? ''),
      }
    }
    case 'limit':
      return {
        kind: 'limit',
        title:
          until === undefined
            ? `${agent} has reached its usage limit again and again: it waits to be told to go on`
            : `${agent} has reached its usage limit: it goes on by itself at ${new Date(until).toISOString()}`,
        detail: detailOf(problem?.message ?? ''),
        options: [option('continue', 'Try again now'), stop],
      }
    case 'budget':
      return budgetQuestion(about)
    case 'stall':
      return stallQuestion(about)
  }
}

const question = ({ agent, lastWords, openTasks }: Circumstances, problem?: Problem): CreateInboxRequest => {
  const words = problem ? `${agent} ended its turn with an error: ${problem.message}` : lastWords
  const last = words.split(/\n\s*\n/).at(-1) ?? ''
  const tasks = openTasks.map(({ id, title }) => `- ${id}: ${title}`).join('\n')
  const detail = tasks === '' ? words : `${words}\n\nWithout an outcome:\n${tasks}`.trim()
  return {
    kind: 'question',
    title: oneLine(last) || `${agent} has ended its turn without a word, and waits to be told how to go on`,
    ...(detail !== '' && { detail: detailOf(detail) }),
  }
}

const budgetQuestion = ({ agent, life, at }: Circumstances): CreateInboxRequest => {
  const unit = exhausted(life.budget, at) ?? 'minutes'
  const text = budgetText(life.budget, unit)
  return {
    kind: 'budget',
    title: `${agent} has used up its budget of ${text}`,
    detail: `Extend it by the same again, or by the amount (${unit === 'minutes' ? 'minutes' : 'US dollars'}) that you say in words.`,
    options: [option('extend', 'Extend it by the same again'), stop],
  }
}

const stallQuestion = ({ agent, lastTool, silentMs }: Circumstances): CreateInboxRequest => ({
  kind: 'stall',
  title: oneLine(
    `Nothing was heard of ${agent} for ${minutesText(silentMs)}${lastTool ? `; it was doing: ${lastTool}` : ''}`,
  ),
  options: [
    option('extend', 'Wait as long again'),
    option('continue', 'End this turn, and let it go on'),
    stop,
  ],
})

const minutesText = (ms: number): string => {
  if (ms < 60_000) return `${Math.round(ms / 1000)} seconds`
  const minutes = Math.round(ms / 60_000)
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}

/** What the driver says to an agent, besides the session's own prompt. */
import type { PromptReason, Said } from './lifecycle/life'

/** A task that has no outcome. */
export interface OpenTask {
  id: string
  title: string
}

interface PromptText {
  reason: PromptReason
  note?: string | undefined
  said: readonly Said[]
  /** The session's own prompt, where the agent does not have it yet. */
  introduction?: string | undefined
  /** Whether an agent before it has worked on this. */
  isContinued: boolean
  openTasks: readonly OpenTask[]
  isQueue: boolean
}

export const promptText = (prompt: PromptText): string =>
  [
    prompt.introduction !== undefined && prompt.isContinued && continued,
    prompt.introduction,
    prompt.note,
    reasonText(prompt),
    ...prompt.said.map(saidText),
  ]
    .filter((part) => part)
    .join('\n\n')

const continued =
  'This goes on with a session that was interrupted: an agent before you has worked on it, and you do not have what it ' +
  'said. Look at what is done already (the working directory, git, `maestro whoami`, the timeline) before you go on.'

const reasonText = (prompt: PromptText): string | undefined => {
  if (prompt.introduction !== undefined) return undefined
  switch (prompt.reason) {
    case 'resume':
      return 'You were interrupted, and your session goes on. What you ran last may or may not have happened: look, and do not do it twice. Then go on.'
    case 'goOn':
      return 'Go on where you stopped.'
    case 'remind':
      return reminder(prompt)
    default:
      return undefined
  }
}

const reminder = ({ openTasks, isQueue }: PromptText): string => {
  const tasks = openTasks.map(({ id, title }) => `- ${id}: ${title.replace(/\s+/g, ' ')}`)
  const how = isQueue
    ? '`maestro queue start` hands out the next one; end each with `maestro queue complete`, `queue fail` or `queue skip`.'
    : "Go on with them, and report each when it is done: `maestro report complete 'TEXT' --task ID`, or `blocked` likewise."
  return [
    `Your turn has ended, and ${openTasks.length === 1 ? 'a task has' : `${openTasks.length} tasks have`} no outcome yet:`,
    tasks.join('\n'),
    `${how} If you need a person to go on, end your turn with the question as your last words.`,
  ].join('\n')
}

/** The mark tells the agent who speaks, and whoever reads its history which message this was. */
export const saidText = ({ id, from, text }: Said): string =>
  `[${id.startsWith('req_') ? 'answer to ' : ''}${id} from ${from.replace(/[\]\n]/g, ' ')}]\n${text}`

/** Added to the prompt of a session that nobody looks after. */
export const unattendedText =
  'Nobody is there to be asked: what you may not do unasked is refused. Do not wait for an answer; report what you could not do.'

/** The one look of every state: a shape, a word, and the colour that goes with it. Never a colour alone. */
import type { Message, Session, Task } from '../../functions/client/client'

type Tone = 'work' | 'wait' | 'calm' | 'good' | 'bad'

export interface Look {
  shape: string
  word: string
  tone: Tone
}

type StatusWord = Task['status'] | NonNullable<Task['sessionStatus']> | Session['status'] | 'none'

/** What a status is called. */
export const statusWords: Readonly<Record<StatusWord, string>> = {
  todo: 'To do',
  in_progress: 'In progress',
  in_review: 'In review',
  completed: 'Completed',
  cancelled: 'Cancelled',
  blocked: 'Blocked',
  queued: 'Queued',
  working: 'Working',
  needs_input: 'Waits for you',
  failed: 'Failed',
  skipped: 'Skipped',
  spawning: 'Starting',
  idle: 'Idle',
  stopped: 'Stopped',
  none: 'Nothing',
}

const looks = {
  work: { shape: '●', tone: 'work' },
  you: { shape: '◐', tone: 'wait' },
  queued: { shape: '○', tone: 'calm' },
  done: { shape: '✓', tone: 'good' },
  failed: { shape: '✕', tone: 'bad' },
  stopped: { shape: '■', tone: 'calm' },
  waits: { shape: '◇', tone: 'calm' },
} as const

const kindOf: Readonly<Record<StatusWord, keyof typeof looks>> = {
  todo: 'queued',
  in_progress: 'work',
  in_review: 'you',
  completed: 'done',
  cancelled: 'stopped',
  blocked: 'waits',
  queued: 'queued',
  working: 'work',
  needs_input: 'you',
  failed: 'failed',
  skipped: 'stopped',
  spawning: 'queued',
  idle: 'waits',
  stopped: 'stopped',
  none: 'queued',
}

const lookOf = (status: StatusWord): Look => ({ ...looks[kindOf[status]], word: statusWords[status] })

export const sessionLook = (session: Pick<Session, 'status'>, needsYou: boolean): Look =>
  needsYou ? lookOf('needs_input') : lookOf(session.status)

/** What its agent says counts for more than the column, until a person has settled it. */
export const taskLook = ({ status, sessionStatus }: Pick<Task, 'status' | 'sessionStatus'>): Look => {
  if (status === 'completed' || status === 'cancelled' || sessionStatus === undefined) return lookOf(status)
  return lookOf(sessionStatus)
}

export const messageLook = (state: Message['state']): Look => {
  const word = { queued: 'Queued', sending: 'Being handed over', delivered: 'Delivered' }
  switch (state) {
    case 'queued':
      return { ...looks.queued, word: word.queued }
    case 'sending':
      return { ...looks.work, word: word.sending }
    case 'delivered':
      return { ...looks.done, word: word.delivered }
    case 'refused':
      return { ...looks.failed, word: 'Refused' }
    case 'expired':
      return { ...looks.stopped, word: 'Expired' }
    case 'unknown':
      return { ...looks.waits, word: 'Perhaps delivered' }
  }
}

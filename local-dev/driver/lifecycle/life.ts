/** What a driver knows of its session while it drives an agent, and what it can be told and asked to do. */
import type { Amounts, Budget } from '../budget'
import { newTurn, type Turn } from '../turn'

/** What is to be said to the agent: a message, or the answer to a request. */
export interface Said {
  /** `msg_…` or `req_…`. */
  id: string
  /** `user`, a session's id, or who has answered. */
  from: string
  text: string
  /** `steer`: into the running turn where the agent can. */
  mode: 'steer' | 'queue'
}

/** Why the agent is prompted. */
export type PromptReason =
  /** Its session begins. */
  | 'begin'
  /** It was interrupted by the end of its process, or of its driver. */
  | 'resume'
  /** It ended its turn, and tasks have no outcome. */
  | 'remind'
  /** What it waited for is over. */
  | 'goOn'
  /** It is told something. */
  | 'said'

export interface Prompt {
  reason: PromptReason
  /** A sentence of the driver's. */
  note?: string | undefined
}

/** What a session waits for, and goes on with then. */
export interface Wait {
  kind: Asked | 'children'
  /** When it goes on by itself; of `children`, when these are looked at again. */
  until?: number | undefined
  /** The living sessions that it had spawned. */
  children?: readonly string[] | undefined
}

/** What a person is asked, or told, and waited for. */
export type Asked = 'question' | 'interrupted' | 'login' | 'limit' | 'budget'

/** Why a prompt was not answered. */
export interface Problem {
  kind: 'login' | 'limit' | 'other'
  /** In the agent's words. */
  message: string
  /** When a limit ends, if the agent has said so. */
  resetsAt?: number | undefined
  /** What signs in. */
  command?: string | undefined
}

/** Why a turn was cancelled. */
type CancelCause = 'interrupt' | 'budget' | 'denied' | 'stall' | 'ended'

export interface Life {
  /** `opening`: the agent's process is started. `checking`: a turn is over, and the tasks are looked at. */
  phase: 'opening' | 'turn' | 'checking' | 'waiting' | 'closed'
  turn: Turn
  /** As the server was told. */
  status: 'working' | 'idle'
  /** What is to be said, in the order in which it came. */
  queue: readonly Said[]
  /** What stands in the prompt in flight, of which nobody knows yet whether it has arrived. */
  handed: readonly Said[]
  /** What is being put into the running turn. */
  steering: Said | undefined
  /** Ids of all that was to be said. */
  known: readonly string[]
  isSteerable: boolean
  /** What was meant for the running turn waits for its end: what came later must not overtake it. */
  isSteeringPaused: boolean
  /** What the agent was prompted with last. */
  current: Prompt | undefined
  /** What the agent is told once its process is there. */
  next: Prompt | undefined
  wait: Wait | undefined
  /** Since when a stall is asked about. */
  stalledAt: number | undefined
  /** Questions of the agent that a person has to answer. */
  approvals: number
  cancelCause: CancelCause | undefined
  /** What the agent is to know of the cancelled turn. */
  cancelNote: string | undefined
  problem: Problem | undefined
  /** How often it was reminded since it was last told something. */
  reminders: number
  /** In a row. */
  limits: number
  failures: number
  /** The number of the last look at the tasks. */
  checks: number
  budget: Budget
  /** Since when the session has ended by a report of its own. */
  endedAt: number | undefined
  isUnattended: boolean
  stallAfterMs: number
}

/** `unknown`: the agent was told, and has not said what became of it. */
type SteeringOutcome = 'injected' | 'promptRequired' | 'startedNewTurn' | 'unsupported' | 'unknown'

export type LifeEvent =
  /** The agent's process is there, with its session. */
  | { type: 'opened'; isSteerable: boolean; next?: Prompt | undefined }
  | { type: 'openFailed'; problem: Problem }
  | { type: 'heard'; isWork: boolean; tool?: { id: string; isOpen: boolean } | undefined }
  | { type: 'answered'; number: number; stopReason: string }
  | { type: 'failed'; number: number; problem: Problem }
  /** A prompt was not sent: it was cancelled before, or has nothing to say. `said` is still to be said. */
  | { type: 'unsent'; number: number; said: readonly Said[] }
  | { type: 'steered'; id: string; outcome: SteeringOutcome }
  | { type: 'said'; said: Said }
  /** Something is to be said that waits for the agent's process: what keeps that from being there may be over. */
  | { type: 'retry' }
  | { type: 'interrupt' }
  | { type: 'approvals'; count: number }
  /** What the driver itself has asked was answered. */
  | { type: 'reply'; id: string; by: string; optionId?: string | undefined; text?: string | undefined }
  /** A tool has run that a rule denies. */
  | { type: 'denied'; note: string }
  /** How many tasks have no outcome, and the living sessions that it has spawned, as they were looked at. */
  | { type: 'tasks'; check: number; open: number; children: readonly string[] }
  /** What the session's budget allows now. */
  | { type: 'allowed'; allowed: Amounts }
  | { type: 'spent'; spentUsd: number }
  /** `isOwn`: by a report of the agent's. */
  | { type: 'sessionEnded'; isOwn: boolean }
  | { type: 'agentGone'; exitCode: number | null; signal: NodeJS.Signals | null; reason: string }
  | { type: 'terminated'; signal: NodeJS.Signals }
  | { type: 'time' }

export type Effect =
  | ({ type: 'prompt'; number: number; said: readonly Said[] } & Prompt)
  | { type: 'steer'; said: Said }
  | { type: 'cancel' }
  /** The agent's process is ended, and a new one goes on with its session. */
  | { type: 'renew' }
  | { type: 'turnOver' }
  | { type: 'lookAtTasks'; check: number }
  /** `why` names what is asked: a wait, or a stall. */
  | { type: 'ask'; why: Asked | 'stall'; until?: number | undefined; problem?: Problem | undefined }
  /** What the driver has asked is no question any more. */
  | { type: 'withdraw' }
  | { type: 'status'; status: 'working' | 'idle' }
  | { type: 'note'; level: 'progress' | 'error'; message: string }
  | { type: 'delivered'; said: readonly Said[] }
  | { type: 'refused'; said: readonly Said[]; reason: string }
  /** Nobody can tell whether it has arrived. */
  | { type: 'unknown'; said: readonly Said[] }
  /** Whether it has arrived, only the agent's history can tell. */
  | { type: 'doubtful'; said: readonly Said[] }
  | {
      type: 'exit'
      exitCode: number | null
      signal: NodeJS.Signals | null
      reason?: string | undefined
      /** A person has chosen so. */
      isStopped?: boolean
    }

export type Step = readonly [Life, readonly Effect[]]

export interface LifeOptions {
  at: number
  /** What the agent is told first; undefined: it waits, or its tasks are looked at. */
  next: Prompt | undefined
  budget: Budget
  isUnattended: boolean
  stallAfterMs: number
  /** As an earlier driver of the session has left them. */
  wait?: Wait | undefined
  reminders?: number
}

export const newLife = ({ at, wait, reminders = 0, ...options }: LifeOptions): Life => ({
  ...options,
  phase: 'opening',
  turn: newTurn(at),
  status: 'working',
  queue: [],
  handed: [],
  steering: undefined,
  known: [],
  isSteerable: false,
  isSteeringPaused: false,
  current: undefined,
  wait,
  stalledAt: undefined,
  approvals: 0,
  cancelCause: undefined,
  cancelNote: undefined,
  problem: undefined,
  reminders,
  limits: 0,
  failures: 0,
  checks: 0,
  endedAt: undefined,
})

/** One step after another. */
export const andThen = ([life, effects]: Step, next: (life: Life) => Step): Step => {
  const [after, more] = next(life)
  return [after, [...effects, ...more]]
}

export const withEffects = (life: Life, ...effects: readonly Effect[]): Step => [life, effects]

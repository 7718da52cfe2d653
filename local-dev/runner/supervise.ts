/** What the lifecycle of a session asks for, done: on the server, and with processes. */
import type { Session } from '../../functions/client/client'
import { commandOf } from '../../storage/rules/spawn'
import { retryTransient } from '../agents/change-session'
import { reasonOf } from '../lib/reason'
import { beatUntilDriven } from './beat'
import { noteChosen, terminalFor } from './chosen'
import { type Claim, claimSession } from './claim'
import { environmentOf } from './environment'
import { inspect } from './inspect'
import {
  type Effect,
  type LifecycleEvent,
  maxRestarts,
  type RunOutcome,
  restartWindowMs,
  type StopReason,
} from './lifecycle'
import type { RunnerOptions } from './options'
import { awaitAnswer, prepare } from './prepare'
import { endedInWords } from './process/detached'
import { terminateSession } from './process/group'
import { groupsOf, isLaterRun, pidfilePath } from './process/pidfile'
import { adoptProcess, type SessionProcess, startProcess } from './process/session-process'
import type { Exit } from './process/start-options'
import { closeTerminal } from './process/tmux'
import { exitText, outcomeOf, reportExit } from './report-exit'
import { logPath, sessionFolder } from './session-folder'
import type { RunnerContext, TrackedSession } from './tracked'

export const newClaim = async (options: RunnerOptions, session: Session): Promise<Claim> => ({
  ...options.claim,
  claimedAt: options.clock(),
  ...((await terminalFor(session, options)) === 'tmux' && {
    tmux: { socket: options.tmuxSocket, session: session.id },
  }),
})

/**
 * Does it, and resolves with what is to be told of it; undefined if nothing is. Rejects with what the client throws, and once the
 * runner detaches.
 */
export const perform = async (
  context: RunnerContext,
  tracked: TrackedSession,
  effect: Exclude<Effect, { type: 'forget' }>,
): Promise<LifecycleEvent | undefined> => {
  switch (effect.type) {
    case 'claim':
      return claim(context, tracked)
    case 'prepare':
      return prepare(context, tracked)
    case 'await answer':
      return awaitAnswer(context, tracked)
    case 'abandon':
      return void tracked.abandon?.()
    case 'start':
      return start(context, tracked, effect)
    case 'watch':
      return watch(context, tracked)
    case 'stop':
      return stop(context, tracked, effect.reason)
    case 'clean':
      return clean(context, tracked)
    case 'inspect':
      return inspect(context, tracked)
    case 'report':
      return report(context, tracked, effect.outcome)
  }
}

const claim = async (
  { options, state, signal }: RunnerContext,
  tracked: TrackedSession,
): Promise<LifecycleEvent> => {
  const { client, sessionDir } = options
  const { id } = tracked
  state.add(id, sessionFolder(sessionDir, id))
  const claim = await newClaim(options, tracked.session)
  const session = await retryTransient(() => claimSession(client, id, claim), signal)
  if (session?.status !== 'spawning') return { type: 'not claimed' }
  tracked.session = session
  return { type: 'claimed', run: session.run }
}

const start = async (
  context: RunnerContext,
  tracked: TrackedSession,
  { restart, exit }: Extract<Effect, { type: 'start' }>,
): Promise<LifecycleEvent> => {
  const { options, signal } = context
  const { id } = tracked
  try {
    const { session } = tracked
    const folder = sessionFolder(options.sessionDir, id)
    const pidfile = pidfilePath(folder, session, restart)
    tracked.process = await adoptProcess({ id, run: session.run, pidfile })
    if (!tracked.process) {
      if (exit) await tellRestart(context, tracked, restart, exit)
      if (isLaterRun(session) || restart > 0) await endEarlier(context, id, folder)
      tracked.process = await launch(context, tracked, session, { folder, pidfile, restart })
    }
    return { type: 'started' }
  } catch (error) {
    signal.throwIfAborted()
    return { type: 'start failed', reason: `The session could not be started: ${reasonOf(error)}` }
  }
}

/** Throws if the session is no longer to be started. */
const launch = async (
  context: RunnerContext,
  tracked: TrackedSession,
  session: Session,
  { folder, pidfile, restart }: { folder: string; pidfile: string; restart: number },
): Promise<SessionProcess> => {
  const { options } = context
  const { client, report } = options
  const { id, run } = session
  const { place } = tracked
  tracked.place = undefined
  if (!place) throw new Error('nothing was prepared for it')
  const { directory: cwd } = place
  const terminal = await terminalFor(session, options)
  // In place of the shell, or the end of that would be taken for its own.
  const command = `exec ${commandOf(session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker')}`
  const { env: own, token } = await environmentOf(context, session)
  // A server of before knows neither.
  if (token !== undefined && restart === 0) await noteChosen(client, session, { ...options, cwd })
  if (token !== undefined) await beatUntilDriven(client, id)
  const env = { ...own, ...place.env }
  if (tracked.state.stopReason !== undefined) throw new Error(`it is ${tracked.state.stopReason}`)
  const process = await startProcess({ id, run, command, cwd, env, folder, pidfile }, terminal)
  const where = terminal === 'tmux' ? ' in tmux' : ''
  const what = restart === 0 ? 'started' : 'started again'
  report({ what, sessionId: id, message: `${session.name} starts in ${cwd}${where}` })
  return process
}

/** People see there that it begins anew, and why. */
const tellRestart = async (
  { options: { client }, signal }: RunnerContext,
  { id }: TrackedSession,
  restart: number,
  exit: Exit,
): Promise<void> => {
  const message = `Its driver ${exitText(exit)} without having ended the session: it is started again (for the ${ordinal(restart)} time, at most ${maxRestarts} in ${restartWindowMs / 60_000} minutes)`
  await retryTransient(() => client.sessions.addTimeline(id, { type: 'progress', message }), signal)
}

const ordinal = (n: number): string => ['first', 'second', 'third'][n - 1] ?? `${n}th`

/** Ends what still runs for a session, whoever started it: two agents must not do its work at once. */
const endEarlier = async ({ options }: RunnerContext, id: string, folder: string): Promise<void> => {
  if (options.terminal === 'tmux') await closeTerminal(id)
  const leaders = (await groupsOf(folder)).map(({ leader }) => leader)
  const ended = [undefined, ...leaders].map((leader) => terminateSession({ id, leader }))
  const left = (await Promise.all(ended)).flat()
  if (left.length > 0) throw new Error(`it has processes of before that cannot be ended: ${left.join(', ')}`)
}

const watch = async ({ signal }: RunnerContext, { process }: TrackedSession): Promise<LifecycleEvent> => {
  const exit = await process?.wait()
  signal.throwIfAborted()
  return { type: 'exited', exit: exit ?? { code: null, signal: null } }
}

const stop = async (
  context: RunnerContext,
  tracked: TrackedSession,
  reason: StopReason,
): Promise<undefined> => {
  const message = `${tracked.name} is ${reason}: ending ${endedInWords()}`
  context.options.report({ what: 'stopping', sessionId: tracked.id, message })
  return clean(context, tracked)
}

/** Ends what runs for a session, and says what could not be ended. */
const clean = async (
  { options: { report } }: RunnerContext,
  { id, name, process }: TrackedSession,
): Promise<undefined> => {
  const left = (await process?.stop()) ?? []
  if (left.length === 0) return
  report({ what: 'trouble', sessionId: id, message: `${name} has left processes: ${left.join(', ')}` })
}

const report = async (
  { options, signal }: RunnerContext,
  { id, name, state }: TrackedSession,
  outcome: RunOutcome,
): Promise<LifecycleEvent> => {
  const log = logPath(sessionFolder(options.sessionDir, id))
  const request = outcomeOf(outcome, log)
  const status = await reportExit(options.client, { id, run: state.run }, request, signal)
  const what = status === 'failed' ? 'failed' : 'ended'
  options.report({ what, sessionId: id, message: `${name} has ended: ${status ?? 'deleted'}` })
  return { type: 'reported' }
}

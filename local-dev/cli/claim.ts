import { maxWaitSeconds, type WaitingTask } from '../../schemas/claim'
import { wholeNumber } from './arguments'
import { type Claimed, claimNext, claimOne, type Work } from './claiming'
import { defineCommand } from './command'
import { ownSession } from './environment'
import { exitCodes, UsageError } from './exit'
import { indented, sentence } from './format'
import { sessionProject } from './project/resolve'
import { taskLine } from './task/format'

/** Timers hold no more: 24 days. */
const maxSeconds = 2_000_000

export const command = defineCommand({
  about: 'Claim a task for this session, or the next one that is ready; in a tree, among its tasks',
  example: 'maestro claim --next --wait --json',
  args: {
    id: { type: 'positional', required: false, description: 'The task; without it, the next one' },
    next: { type: 'boolean', description: 'The next one that is ready' },
    under: { type: 'string', valueHint: 'ID', description: 'With --next: only below this task' },
    'project-id': {
      type: 'string',
      valueHint: 'ID',
      description: 'With --next: of this project (or its name) instead of the session’s',
    },
    wait: {
      type: 'boolean',
      description: 'Wait until it can be claimed, as long as anything may become ready',
    },
    timeout: {
      type: 'string',
      valueHint: 'SECONDS',
      description: `With --wait: no longer; the exit code is ${exitCodes.timedOut} then`,
    },
  },
  ids: { id: 'task' },
  async run(context) {
    const { client, args, environment, signal } = context
    const { id, under, next } = args
    if (id !== undefined && (next || under !== undefined || args['project-id'] !== undefined))
      throw new UsageError('Name a task, or ask for the next one: not both')
    if (args.timeout !== undefined && !args.wait) throw new UsageError('--timeout goes with --wait')
    const timeout =
      args.timeout === undefined ? maxSeconds : wholeNumber('--timeout', args.timeout, maxSeconds)
    const sessionId = ownSession(environment)
    const projectId =
      args['project-id'] === undefined ? undefined : await sessionProject(context, args['project-id'])
    const scope = { under, projectId }
    const work: Work = { client, session: await client.sessions.get(sessionId) }
    const ask = (waitSeconds: number) =>
      id === undefined ? claimNext(work, scope, waitSeconds) : claimOne(work, id, waitSeconds)
    const claimed = await untilClaimed(ask, args.wait ? timeout : 0, signal)
    if (claimed.task)
      return {
        json: claimed,
        text: `${taskLine('Claimed', claimed.task)} (epoch ${claimed.task.claim?.epoch})`,
      }
    return {
      json: claimed,
      text: nothingReady(claimed.waiting),
      exitCode: args.wait && claimed.waiting.length > 0 ? exitCodes.timedOut : 0,
    }
  },
})

/** Asks again until something is claimed, nothing waits any more that could be, or the time is over. */
const untilClaimed = async (
  ask: (waitSeconds: number) => Promise<Claimed>,
  seconds: number,
  signal: AbortSignal,
): Promise<Claimed> => {
  const until = performance.now() + seconds * 1000
  let claimed = await ask(0)
  while (!claimed.task && claimed.waiting.length > 0 && !signal.aborted) {
    const left = Math.ceil((until - performance.now()) / 1000)
    if (left <= 0) break
    claimed = await ask(Math.min(left, maxWaitSeconds))
  }
  return claimed
}

const nothingReady = (waiting: readonly WaitingTask[]): string => {
  if (waiting.length === 0) return 'Nothing is left to be claimed'
  const lines = waiting.map(({ task, reasons }) =>
    sentence(`${task.id} "${task.title}": ${reasons.map(({ message }) => message).join('; ')}`),
  )
  return `Nothing can be claimed now\n${indented(lines.join('\n'), 2)}`
}

import * as z from 'zod'
import { ClaimNextRequest, type ClaimTaskRequest, maxWaitSeconds } from '../../../schemas/claim'
import { optionalId } from '../arguments'
import { brief, textIn, textsIn } from '../brief'
import { ToolError } from '../call'
import { ownSession, type ToolContext, tool } from '../tool'

export const claimNext = tool({
  name: 'claim_next',
  description:
    'Take the next task that is ready, for you alone: then work, report, release. None: says what waits, and why.',
  operations: ['tasks.claimNext', 'tasks.claim', 'sessions.get'],
  input: z.object({
    projectId: optionalId('Default: yours'),
    under: optionalId('Only below this task'),
    waitSeconds: ClaimNextRequest.shape.waitSeconds.meta({ description: `0 to ${maxWaitSeconds}` }),
  }),
  async run(context, { waitSeconds = 0, ...scope }) {
    const sessionId = ownSession(context)
    if (scope.projectId !== undefined || scope.under !== undefined)
      return shown(await claimIn(context, { sessionId, ...scope, waitSeconds }))
    const { body: session } = await context.call('sessions.get', { params: { id: sessionId } })
    const tops = textIn(session, 'strategy') === 'tree' ? textsIn(session, 'taskIds') : []
    if (tops.length === 0) return shown(await claimIn(context, { sessionId, waitSeconds }))
    return claimInTrees(context, sessionId, tops, waitSeconds)
  },
})

type Claimed = z.infer<typeof Claimed>

const Claimed = z.looseObject({
  task: z.looseObject({}).nullable(),
  waiting: z.array(z.looseObject({ task: z.looseObject({ id: z.string() }) })).default([]),
})

const claimIn = async ({ call, signal }: ToolContext, body: object): Promise<Claimed> =>
  Claimed.parse((await call('tasks.claimNext', { body, signal })).body)

/** A session of strategy `tree` takes its own tasks, and what is below them. */
const claimInTrees = async (
  context: ToolContext,
  sessionId: string,
  tops: readonly string[],
  waitSeconds: number,
): Promise<object> => {
  const waiting = new Map<string, object>()
  // All are looked at; then each is waited for as long as the others.
  for (const seconds of waitSeconds > 0 ? [0, waitSeconds / tops.length] : [0])
    for (const top of tops) {
      const turn = Math.floor(seconds)
      const below = await claimIn(context, { sessionId, under: top, waitSeconds: turn }).catch(nothingAtNone)
      const found = below.task ? below : await claimTop(context, sessionId, top)
      if (found.task) return shown(found)
      for (const one of [...below.waiting, ...found.waiting]) waiting.set(one.task.id, one)
      if (context.signal.aborted) return { task: null }
    }
  return { task: null, waiting: [...waiting.values()] }
}

const nothingAtNone = (error: unknown): Claimed => {
  if (error instanceof ToolError && error.code === 'TASK_NOT_FOUND') return { task: null, waiting: [] }
  throw error
}

const claimTop = async ({ call, signal }: ToolContext, sessionId: string, id: string): Promise<Claimed> => {
  // Nobody is there to work on it.
  if (signal.aborted) return { task: null, waiting: [] }
  try {
    const body: ClaimTaskRequest = { sessionId }
    return Claimed.parse({ task: (await call('tasks.claim', { params: { id }, body })).body })
  } catch (error) {
    if (
      !(error instanceof ToolError) ||
      !['TASK_CLAIMED', 'TASK_NOT_READY', 'TASK_NOT_FOUND'].includes(error.code)
    )
      throw error
    const reasons = error.details?.reasons ?? [{ kind: 'claimed', message: error.message }]
    return error.code === 'TASK_NOT_FOUND'
      ? { task: null, waiting: [] }
      : Claimed.parse({ task: null, waiting: [{ task: { id }, reasons }] })
  }
}

const shown = ({ task, waiting }: Claimed): object => (task ? { task: brief(task) } : { task: null, waiting })

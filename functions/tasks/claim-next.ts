import { ClaimNextRequest } from '../../schemas/claim'
import { parseTrusted } from '../../schemas/json-text'
import { ClaimNextResponse } from '../../schemas/ready'
import { afterSteps } from '../../storage/others-turn'
import { type Claimed, claimNext, isWorthAsking, releaseTask } from '../../storage/rules/claims'
import { findTask, readerOf } from '../../storage/rules/find'
import type { Transaction } from '../../storage/transaction'
import { operation } from '../http/operation'
import { respond } from '../http/respond'
import { type ChangeAnswer, respondChange } from '../http/respond-change'
import { hasLeft, untilThere } from '../http/until-there'
import { workingSession } from '../http/working-session'
import type { RequestContext } from '../services/app-services'
import { createStopwatch } from '../services/stopwatch'

/** Another was quicker, and there is time left. */
const nothingYet = new Error('nothing is ready yet')

export const claimNextTask = operation({
  method: 'POST',
  path: '/api/tasks/claim-next',
  name: 'tasks.claimNext',
  sessionAccess: 'project',
  summary: 'Claim the next task that is ready',
  description:
    'The first of those that are ready, or one of the session’s own; where there is none, it says what waits, and why.',
  body: ClaimNextRequest,
  answers: { status: 200, schema: ClaimNextResponse },
  errors: ['SESSION_NOT_FOUND', 'TASK_NOT_FOUND', 'SESSION_ENDED', 'STORAGE_UNAVAILABLE'],
  emits: [
    'session:task_added',
    'task:session_added',
    'task:updated',
    'session:updated',
    'task:claimed',
    'task:released',
    'session:task_removed',
    'task:session_removed',
  ],
  example: ({ session, project }) => ({ body: { sessionId: session, projectId: project } }),
  run: async (c, { body: { waitSeconds = 0, sessionId: named, ...scope } }) => {
    const sessionId = workingSession(c, named)
    const { workspace } = c.env
    const elapsedMs = createStopwatch()
    const leftMs = () => waitSeconds * 1000 - elapsedMs()
    const isWorth = () => workspace.read((documents) => isWorthAsking(readerOf(documents), sessionId, scope))
    for (;;) {
      const mayWait = leftMs() > 0 && (await untilThere(c, leftMs(), isWorth))
      // Nobody is there to work on it.
      if (hasLeft(c)) return respond(c, { task: null })
      let claim: { id: string; epoch: number } | undefined
      try {
        const answerTo = (tx: Transaction, claimed: Claimed): ChangeAnswer => {
          if (!('taskId' in claimed)) {
            if (mayWait && leftMs() > 0) throw nothingYet
            return { body: { task: null, ...claimed } }
          }
          const { taskId: id } = claimed
          const epoch = findTask(tx, id).claim?.epoch
          claim = epoch === undefined ? undefined : { id, epoch }
          return { body: { task: parseTrusted<object>(tx.entry('tasks', id).brief) }, id }
        }
        const answer = await respondChange(c, (tx) =>
          afterSteps(claimNext(tx, sessionId, scope), (claimed) => answerTo(tx, claimed)),
        )
        if (claim && hasLeft(c)) await giveBack(c, claim, sessionId)
        return answer
      } catch (error) {
        if (error !== nothingYet) throw error
      }
    }
  },
})

/** Who has gone while it was stored never learns of it, unless the request can be repeated. */
const giveBack = async (
  c: RequestContext,
  { id, epoch }: { id: string; epoch: number },
  sessionId: string,
) => {
  if (c.get('repeat')) return
  const { workspace, log } = c.env
  const message = 'Whoever asked for a task had gone'
  await workspace
    .change((tx) => releaseTask(tx, id, { epoch, message }, sessionId))
    .catch((err) => {
      // If it was not taken away meanwhile, it goes on when the session ends.
      log.warn({ err, id, sessionId }, 'A task that nobody knows to be claimed could not be given back')
    })
}

import * as z from 'zod'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { SessionStatus } from '../../../schemas/session'
import { optionalId } from '../arguments'
import { brief } from '../brief'
import { ToolError } from '../call'
import { type ToolContext, tool } from '../tool'
import { until } from '../until'

export const wait = tool({
  name: 'wait',
  description:
    'Wait up to 50 s until all these sessions have ended. {state:"open", requestId}: call again with only that requestId.',
  isForOrchestrators: true,
  isReadOnly: true,
  operations: ['sessions.get'],
  input: z.object({
    sessionIds: z.array(z.string().min(1)).min(1).max(20).optional(),
    requestId: optionalId(''),
  }),
  async run(context, { sessionIds, requestId }) {
    const ids = sessionIds ?? (requestId === undefined ? undefined : idsIn(requestId))
    if (!ids)
      throw new ToolError('VALIDATION_ERROR', 'sessionIds is required, or the requestId of a wait before')
    const present = () => Promise.all(ids.map((id) => stateOf(context, id)))
    const ended = await until(
      context,
      ids.map((id) => `session:${id}`),
      async () => {
        const sessions = await present()
        return sessions.every(({ status }) => endedStatuses.includes(status)) ? sessions : undefined
      },
    )
    return ended
      ? { state: 'ended', sessions: ended }
      : { state: 'open', requestId: idOf(ids), sessions: await present() }
  },
})

const Shown = z.looseObject({ id: z.string(), status: SessionStatus })

const stateOf = async ({ call }: ToolContext, id: string) => {
  const { body } = await call('sessions.get', { params: { id } })
  const { id: own, name, status, endReason, needsInput, taskIds } = brief(body)
  return Shown.parse({ id: own, name, status, endReason, needsInput, taskIds })
}

const prefix = 'wait_'

/** Nothing is kept for one who waits: the id says what for. */
const idOf = (ids: readonly string[]): string => prefix + ids.map(encodeURIComponent).join(',')

const idsIn = (requestId: string): string[] => {
  try {
    if (requestId.startsWith(prefix)) return requestId.slice(prefix.length).split(',').map(decodeURIComponent)
  } catch {
    // It is said below.
  }
  throw new ToolError('VALIDATION_ERROR', 'requestId is not that of a wait: send sessionIds')
}

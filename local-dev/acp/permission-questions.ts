/** The questions of an agent, what it may do, that are not answered yet. */
import type { IncomingRequest } from './connection'
import { errorCodes } from './error-codes'
import { AcpError } from './errors'
import { PermissionRequest } from './protocol'

type Outcome = { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' }
type Ask = (request: PermissionRequest, signal: AbortSignal) => Promise<Outcome>

const cancelled: Outcome = { outcome: 'cancelled' }

/** Whatever becomes of it, each question is answered once: by whoever is asked, or with `cancelled`. */
export const createPermissionQuestions = (ask: Ask) => {
  const open = new Map<AbortController, string>()

  return {
    /** The answer to `session/request_permission`. */
    async answer(
      { params, signal }: IncomingRequest,
      isCancelled: (sessionId: string) => boolean,
    ): Promise<{ outcome: Outcome }> {
      const { success, data } = PermissionRequest.safeParse(params)
      if (!success)
        throw new AcpError({
          code: errorCodes.invalidParams,
          message: 'sessionId, toolCall, options are needed',
        })
      if (signal.aborted || isCancelled(data.sessionId)) return { outcome: cancelled }
      const controller = new AbortController()
      const aborted = new Promise<Outcome>((resolve) => {
        controller.signal.addEventListener('abort', () => resolve(cancelled), { once: true })
      })
      const abort = () => controller.abort()
      signal.addEventListener('abort', abort, { once: true })
      open.set(controller, data.sessionId)
      const asked = Promise.resolve().then(() => ask(data, controller.signal))
      const outcome = await Promise.race([asked.catch(() => cancelled), aborted])
      open.delete(controller)
      return { outcome }
    },

    /** A turn was cancelled: what it still asks need not be known any more. */
    cancel(sessionId: string): void {
      for (const [controller, session] of open) if (session === sessionId) controller.abort()
    },
  }
}

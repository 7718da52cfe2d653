import type { Logger } from '../../loading'
import { type Ownership, TakenOverError } from './ownership'
import { reasonOf } from './session'

/** After a failed attempt to get the database back, the next waits so long, in ms: twice as long each time. */
const shortestPause = 100
const longestPause = 2000

interface Settings {
  first: Ownership
  /** Gets the database back. Throws `TakenOverError` if that is no use any more. */
  retake(): Promise<Ownership>
  /** It is ours again. */
  onBack(): void
  /** It could not be got back, for now or for good. */
  onFailure(error: Error): void
  logger: Logger
}

/** Our hold of the database, which comes back by itself when the connection is lost. */
export interface Hold {
  /** Undefined while it is lost. */
  now(): Ownership | undefined
  /** Why nothing can be stored. Not yet set while the first attempt to get the database back is under way. */
  obstacle(): Error | undefined
  /** Gives up a connection that does not work. */
  lose(ownership: Ownership, reason: unknown): void
  close(): Promise<void>
}

export const createHold = ({ first, retake, onBack, onFailure, logger }: Settings): Hold => {
  let held: Ownership | undefined
  let obstacle: Error | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const take = (ownership: Ownership) => {
    held = ownership
    ownership.session.onEnd((reason) => lose(ownership, reason))
  }

  const lose = (ownership: Ownership, reason: unknown) => {
    if (held !== ownership) return
    held = undefined
    ownership.session.end()
    if (isClosed) return
    logger.warn({ problem: reasonOf(reason) }, 'The connection to the database is lost')
    regain(shortestPause)
  }

  const regain = async (pause: number): Promise<void> => {
    try {
      const ownership = await retake()
      take(ownership)
    } catch (error) {
      if (!isClosed) fail(error instanceof Error ? error : new Error(String(error)), pause)
      return
    }
    if (isClosed) return close()
    obstacle = undefined
    logger.warn({}, 'The connection to the database is back')
    onBack()
  }

  const fail = (error: Error, pause: number) => {
    const problem = { problem: error.message }
    if (error instanceof TakenOverError) logger.error(problem, 'Nothing can be stored any more')
    else {
      if (!obstacle) logger.error(problem, 'Nothing can be stored until the database is back')
      timer = setTimeout(() => regain(Math.min(2 * pause, longestPause)), pause)
    }
    obstacle = error
    onFailure(error)
  }

  const close = async () => {
    isClosed = true
    obstacle = new Error('the database is closed')
    clearTimeout(timer)
    const ownership = held
    held = undefined
    await ownership?.session.end()
  }

  take(first)
  return {
    now: () => held,
    obstacle: () => obstacle,
    lose,
    close,
  }
}

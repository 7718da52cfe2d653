/** A body of which more is left is cut off: to read on would cost more than a new connection. */
const maxDrainedBytes = 8 * 1024 * 1024

/**
 * Reads what is left of a request's body before its answer goes out: what is left unread, or cancelled, holds up the next
 * request on the client's connection. Says whether all of it was read.
 */
export const drainBody = async ({ body }: Request): Promise<boolean> => {
  if (!body || body.locked) return true
  let bytes = 0
  try {
    for await (const chunk of body.values({ preventCancel: true })) {
      bytes += chunk.length
      if (bytes > maxDrainedBytes) return false
    }
  } catch {
    // The client is gone.
  }
  return true
}

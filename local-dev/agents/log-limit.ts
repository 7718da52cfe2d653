/** A ceiling for what an agent prints: one that runs wild must not fill the disk, or nothing can be stored any more. */
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Of a log that is too long, the beginning and the newest are kept: half of what it may hold. */
const headShare = 1 / 8
const tailShare = 3 / 8
const chunkBytes = 1024 * 1024
const pollMs = 1000

/**
 * Cuts a log that is longer than `maxBytes`, in place: whatever appends to it goes on at its new end. A line says where
 * something is left out. What is appended in the moment of the cut may be lost. A missing log is none that is too long.
 */
export const trimLog = async (path: string, maxBytes: number): Promise<void> => {
  const file = await open(path, 'r+').catch(() => undefined)
  if (!file) return
  try {
    const { size } = await file.stat()
    if (size <= maxBytes) return
    const tailBytes = Math.floor(maxBytes * tailShare)
    let from = size - tailBytes
    let to = Math.floor(maxBytes * headShare)
    to += (
      await file.write(`\n… output is left out here: a log holds ${maxBytes / 1e6} MB (--log-max)\n`, to)
    ).bytesWritten
    const buffer = Buffer.alloc(chunkBytes)
    // Also what comes meanwhile, but not for ever.
    for (let left = tailBytes + maxBytes / 4; left > 0; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkBytes, left), from)
      if (bytesRead === 0) break
      await file.write(buffer, 0, bytesRead, to)
      from += bytesRead
      to += bytesRead
      left -= bytesRead
    }
    await file.truncate(to)
  } finally {
    await file.close()
  }
}

/** Keeps a log below `maxBytes` until `signal` aborts. */
export const limitLog = async (path: string, maxBytes: number, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await sleep(pollMs, undefined, { signal, ref: false }).catch(() => undefined)
    // A full disk, too, is no reason to end the agent.
    await trimLog(path, maxBytes).catch(() => undefined)
  }
}

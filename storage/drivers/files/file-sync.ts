/**
 * Waits for the disk to have files that were there before this run of the server, in the background and together: what the
 * journal writes may then build on them.
 */
export const createFileSync = (
  sync: (keys: readonly string[]) => Promise<void>,
  onSynced: (key: string) => void,
) => {
  const known = new Set<string>()
  let waiting: string[] = []

  const syncAll = async () => {
    const keys = waiting
    waiting = []
    await sync(keys)
    keys.forEach(onSynced)
  }

  return {
    /** Does nothing the second time. */
    add(key: string) {
      if (known.has(key)) return
      known.add(key)
      waiting.push(key)
      // If it fails, they are journaled whole, as any other.
      if (waiting.length === 1) setImmediate(() => void syncAll().catch(() => undefined))
    },
  }
}

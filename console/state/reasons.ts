/** Why tasks wait, in the server's own sentences: of those that somebody looks at, and asked again when that may have changed. */
import { type Signal, signal } from '@preact/signals'

const none: readonly string[] = []

/** `ask`: the sentences of one task. `about`: what they depend on, as a text; what is asked for that is known is not asked again. */
export const createReasons = (ask: (taskId: string) => Promise<readonly string[]>) => {
  const found = new Map<string, Signal<readonly string[]>>()
  const asked = new Map<string, string>()

  const sentencesOf = (taskId: string): Signal<readonly string[]> => {
    const known = found.get(taskId) ?? signal(none)
    found.set(taskId, known)
    return known
  }

  return {
    /** Whoever asks in a computation is told when there are others. */
    get: (taskId: string): readonly string[] => sentencesOf(taskId).value,
    async look(taskId: string, about: string): Promise<void> {
      if (asked.get(taskId) === about) return
      asked.set(taskId, about)
      const sentences = await ask(taskId).catch(() => undefined)
      // Something has changed meanwhile, and was asked about too.
      if (asked.get(taskId) !== about) return
      if (sentences) sentencesOf(taskId).value = sentences
      else asked.delete(taskId)
    },
  }
}

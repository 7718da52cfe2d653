import { batch, type Signal, signal } from '@preact/signals'

/** Entities of a kind by id. Each has a signal of its own, so a change of one draws what shows that one and nothing else. */
export interface Collection<T extends { id: string }> {
  /** One entity; whoever asks in a computation is told when it appears, changes or goes. */
  get(id: string): T | undefined
  peek(id: string): T | undefined
  /** All, in the order in which they came. Whoever asks is told only when a list of them might look different. */
  all(): readonly T[]
  /** The same, and whoever asks is told of every change of any. */
  everything(): readonly T[]
  /** How many there are. */
  count(): number
  put(entity: T): void
  remove(id: string): void
  /**
   * Begins to take in what the server lists. What an event tells of meanwhile is newer than the list, and stays; `end`
   * takes out what was `meant` to be in the list and was not.
   */
  load(isMeant: (entity: T) => boolean): { put(entities: readonly T[]): void; end(): void }
}

/** `shapeOf`: what a list is sorted, grouped and counted by, as a text. */
export const createCollection = <T extends { id: string }>(shapeOf: (entity: T) => string): Collection<T> => {
  const entities = new Map<string, Signal<T | undefined>>()
  const present = new Map<string, T>()
  const shape = signal(0)
  const changes = signal(0)
  /** For each load that is under way, what events have told of since it began. */
  const touched = new Set<Set<string>>()

  const cellOf = (id: string): Signal<T | undefined> => {
    const known = entities.get(id)
    if (known) return known
    const made = signal<T | undefined>(undefined)
    entities.set(id, made)
    return made
  }

  const set = (entity: T) => {
    const before = present.get(entity.id)
    present.set(entity.id, entity)
    cellOf(entity.id).value = entity
    changes.value++
    if (!before || shapeOf(before) !== shapeOf(entity)) shape.value++
  }

  const drop = (id: string) => {
    if (!present.delete(id)) return
    cellOf(id).value = undefined
    changes.value++
    shape.value++
  }

  const touch = (id: string) => {
    for (const ids of touched) ids.add(id)
  }

  return {
    get: (id) => cellOf(id).value,
    peek: (id) => present.get(id),
    all() {
      shape.value
      return [...present.values()]
    },
    everything() {
      changes.value
      return [...present.values()]
    },
    count() {
      shape.value
      return present.size
    },
    put(entity) {
      touch(entity.id)
      batch(() => set(entity))
    },
    remove(id) {
      touch(id)
      batch(() => drop(id))
    },
    load(isMeant) {
      const newer = new Set<string>()
      const listed = new Set<string>()
      touched.add(newer)
      return {
        put: (list) =>
          batch(() => {
            for (const entity of list) {
              listed.add(entity.id)
              if (!newer.has(entity.id)) set(entity)
            }
          }),
        end: () =>
          batch(() => {
            touched.delete(newer)
            for (const entity of [...present.values()])
              if (isMeant(entity) && !listed.has(entity.id) && !newer.has(entity.id)) drop(entity.id)
          }),
      }
    },
  }
}

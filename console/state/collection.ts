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
  /** Of those that somebody has asked for: of thousands, few are in sight. */
  const entities = new Map<string, Signal<T | undefined>>()
  const present = new Map<string, T>()
  /** All of them, until one changes. */
  let whole: readonly T[] | undefined
  const shape = signal(0)
  const changes = signal(0)
  /** For each load that is under way, what events have told of since it began. */
  const touched = new Set<Set<string>>()

  const cellOf = (id: string): Signal<T | undefined> => {
    const known = entities.get(id)
    if (known) return known
    const made = signal(present.get(id))
    entities.set(id, made)
    return made
  }

  const set = (entity: T) => {
    const before = present.get(entity.id)
    present.set(entity.id, entity)
    whole = undefined
    const cell = entities.get(entity.id)
    if (cell) cell.value = entity
    changes.value++
    if (!before || shapeOf(before) !== shapeOf(entity)) shape.value++
  }

  const drop = (id: string) => {
    if (!present.delete(id)) return
    whole = undefined
    const cell = entities.get(id)
    if (cell) cell.value = undefined
    changes.value++
    shape.value++
  }

  const listed = (): readonly T[] => {
    whole ??= [...present.values()]
    return whole
  }

  const touch = (id: string) => {
    for (const ids of touched) ids.add(id)
  }

  return {
    get: (id) => cellOf(id).value,
    peek: (id) => present.get(id),
    all() {
      shape.value
      return listed()
    },
    everything() {
      changes.value
      return listed()
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
      const found = new Set<string>()
      touched.add(newer)
      return {
        put: (list) =>
          batch(() => {
            for (const entity of list) {
              found.add(entity.id)
              if (!newer.has(entity.id)) set(entity)
            }
          }),
        end: () =>
          batch(() => {
            touched.delete(newer)
            for (const entity of [...present.values()])
              if (isMeant(entity) && !found.has(entity.id) && !newer.has(entity.id)) drop(entity.id)
          }),
      }
    },
  }
}

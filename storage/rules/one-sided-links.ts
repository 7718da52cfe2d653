/** A task with the sessions that it names, or a session with its tasks. */
interface Linked {
  id: string
  names: readonly string[]
}

/** What a task or session is to name instead. */
type Completed = readonly [id: string, names: string[]][]

/** Lists of links as sets, by the id of who has them: each is made once, however many ask for it. */
export const linkSets = (listOf: (id: string) => readonly string[] | undefined) => {
  const sets = new Map<string, Set<string>>()
  return (id: string): Set<string> => {
    const set = sets.get(id) ?? new Set(listOf(id))
    sets.set(id, set)
    return set
  }
}

/**
 * Sessions and tasks name each other. A link that only one side names is to be added to the other; a task's link to a
 * session that does not exist is to go. Says what each that changes is to name then.
 */
export const completedLinks = (
  tasks: readonly Linked[],
  sessions: readonly Linked[],
  sessionExists: (id: string) => boolean,
): { tasks: Completed; sessions: Completed } => {
  const taskNames = new Map(tasks.map(({ id, names }) => [id, names]))
  const sessionNames = new Map(sessions.map(({ id, names }) => [id, names]))
  const sessionsOf = linkSets((id) => taskNames.get(id))
  const tasksOf = linkSets((id) => sessionNames.get(id))
  const changedTasks = new Set<string>()
  const changedSessions = new Set<string>()

  for (const { id, names } of sessions)
    for (const taskId of names)
      if (taskNames.has(taskId) && !sessionsOf(taskId).has(id)) {
        sessionsOf(taskId).add(id)
        changedTasks.add(taskId)
      }
  for (const { id, names } of tasks)
    for (const sessionId of names)
      if (sessionNames.has(sessionId)) {
        if (tasksOf(sessionId).has(id)) continue
        tasksOf(sessionId).add(id)
        changedSessions.add(sessionId)
      } else if (!sessionExists(sessionId)) {
        sessionsOf(id).delete(sessionId)
        changedTasks.add(id)
      }
  return {
    tasks: [...changedTasks].map((id) => [id, [...sessionsOf(id)]]),
    sessions: [...changedSessions].map((id) => [id, [...tasksOf(id)]]),
  }
}

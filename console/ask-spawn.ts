import { asking, chosen, currentProject, go, route, store } from './app'

/** Asks how to spawn: on what was chosen, else on the task that has the focus or is open; without any, one is chosen on the board. */
export const askSpawn = (): void => {
  const focused = document.activeElement?.getAttribute('data-task') ?? undefined
  const { id } = route.peek()
  const opened = id !== undefined && store.tasks.peek(id) ? id : undefined
  const one = focused ?? opened
  const taskIds = chosen.peek().size > 0 ? [...chosen.peek()] : one === undefined ? [] : [one]
  const [first] = taskIds
  const projectId =
    (first === undefined ? undefined : store.tasks.peek(first)?.projectId) ?? currentProject.peek()
  if (projectId === undefined) asking.value = { kind: 'project' }
  else if (first === undefined) go({ view: 'board', projectId })
  else asking.value = { kind: 'spawn', projectId, taskIds }
}

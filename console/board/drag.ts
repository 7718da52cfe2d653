/** Dragging cards between columns. What does it is loaded when the board is looked at first. */
import { actions, store } from '../app'
import type { TaskStatus } from '../state/entities'
import { statusWords } from '../state/words'

const library = () =>
  Promise.all([
    import('@atlaskit/pragmatic-drag-and-drop/element/adapter'),
    import('@atlaskit/pragmatic-drag-and-drop-live-region'),
  ])

/** Attaches what may still be loading; gives back what detaches it. */
const attached = (attach: (loaded: Awaited<ReturnType<typeof library>>) => () => void): (() => void) => {
  let detach: (() => void) | undefined
  let isOver = false
  library().then(
    (loaded) => {
      if (!isOver) detach = attach(loaded)
    },
    // Without it, cards are moved by keyboard and by their menu.
    () => undefined,
  )
  return () => {
    isOver = true
    detach?.()
  }
}

export const makeDraggable = (element: HTMLElement, taskId: string): (() => void) =>
  attached(([{ draggable }]) =>
    draggable({
      element,
      getInitialData: () => ({ taskId }),
      onDragStart: () => element.classList.add('dragged'),
      onDrop: () => element.classList.remove('dragged'),
    }),
  )

export const makeDropTarget = (element: HTMLElement, status: TaskStatus): (() => void) =>
  attached(([{ dropTargetForElements }]) =>
    dropTargetForElements({
      element,
      canDrop: ({ source }) => typeof source.data.taskId === 'string',
      onDragEnter: () => element.classList.add('over'),
      onDragLeave: () => element.classList.remove('over'),
      onDrop: ({ source }) => {
        element.classList.remove('over')
        if (typeof source.data.taskId === 'string') void moveTask(source.data.taskId, status)
      },
    }),
  )

/** Moves a task, and says so to those who cannot see it. */
export const moveTask = async (taskId: string, status: TaskStatus): Promise<void> => {
  const title = store.tasks.peek(taskId)?.title ?? taskId
  await actions.move(taskId, status)
  const [, { announce }] = await library()
  if (store.tasks.peek(taskId)?.status === status) announce(`${title}: ${statusWords[status]}`)
}

import { asking, store } from '../app'
import { Dialog } from '../parts/dialog'
import { Key } from '../parts/key'
import { columns } from '../state/board'
import { statusWords } from '../state/words'
import { moveTask } from './drag'

/** The same as dragging, by keyboard or with one tap. */
export const MoveDialog = ({ taskId }: { taskId: string }) => {
  const task = store.tasks.get(taskId)
  const close = () => {
    asking.value = undefined
  }
  if (!task) return null
  const onKeyDown = ({ key }: KeyboardEvent) => {
    const status = columns[Number(key) - 1]
    if (status === undefined) return
    close()
    void moveTask(taskId, status)
  }
  return (
    <Dialog title={`Move “${task.title}” to…`} onClose={close}>
      <ul class="plain choices" onKeyDown={onKeyDown}>
        {columns.map((status, index) => (
          <li key={status}>
            <button
              type="button"
              aria-pressed={task.status === status}
              autofocus={task.status === status}
              onClick={() => {
                close()
                void moveTask(taskId, status)
              }}
            >
              <Key name={String(index + 1)} /> {statusWords[status]}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

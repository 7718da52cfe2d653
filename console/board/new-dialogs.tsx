import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { actions, asking, go, live, store } from '../app'
import { Dialog } from '../parts/dialog'
import { ChoiceField, TextField } from '../parts/field'
import { reasonOf } from '../state/actions'
import { emptyForm, TaskFields } from './task-form'

const close = () => {
  asking.value = undefined
}

/** What was written stays as long as the server has not taken it. */
export const NewTaskDialog = ({
  projectId,
  parentId = null,
}: {
  projectId: string
  parentId?: string | null
}) => {
  const form = useSignal(emptyForm(parentId))
  const project = useSignal(projectId)
  const problem = useSignal('')
  const isSaving = useSignal(false)
  useEffect(() => live.want(`tasks:${project.value}`), [project.value])
  const save = async () => {
    isSaving.value = true
    problem.value = ''
    try {
      const task = await actions.createTask(project.value, form.value)
      close()
      go({ view: 'board', projectId: task.projectId, id: task.id })
    } catch (error) {
      problem.value = reasonOf(error)
    } finally {
      isSaving.value = false
    }
  }
  return (
    <Dialog title="New task" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {store.projects.count() > 1 && parentId === null && (
          <ChoiceField
            label="Project"
            value={project.value}
            choices={store.projects.all().map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => (project.value = id)}
          />
        )}
        <TaskFields form={form.value} projectId={project.value} onChange={(next) => (form.value = next)} />
        {problem.value !== '' && (
          <p role="alert" class="bad">
            Not created: {problem.value}
          </p>
        )}
        <footer>
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={isSaving.value || form.value.title.trim() === ''}>
            {isSaving.value ? 'Creating…' : 'Create'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

export const NewProjectDialog = () => {
  const name = useSignal('')
  const folder = useSignal('')
  const problem = useSignal('')
  const save = async () => {
    try {
      const workingDir = folder.value.trim()
      const project = await actions.createProject({
        name: name.value,
        ...(workingDir !== '' && { workingDir }),
      })
      close()
      go({ view: 'board', projectId: project.id })
    } catch (error) {
      problem.value = reasonOf(error)
    }
  }
  return (
    <Dialog title="New project" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <TextField
          label="Name"
          value={name.value}
          isRequired
          maxLength={200}
          onInput={(text) => (name.value = text)}
        />
        <TextField
          label="Folder"
          hint="Absolute path of the code; empty: where the server was started"
          value={folder.value}
          onInput={(text) => (folder.value = text)}
        />
        {problem.value !== '' && (
          <p role="alert" class="bad">
            Not created: {problem.value}
          </p>
        )}
        <footer>
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={name.value.trim() === ''}>
            Create
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

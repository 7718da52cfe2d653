import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { actions, asking, go, live, store } from '../app'
import { ChoiceField, TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { emptyForm, TaskFields } from './task-form'

const creating = {
  submit: 'Create',
  submitting: 'Creating…',
  refused: 'Not created',
  onClose: () => {
    asking.value = undefined
  },
}

export const NewTaskDialog = ({
  projectId,
  parentId = null,
}: {
  projectId: string
  parentId?: string | null
}) => {
  const form = useSignal(emptyForm(parentId))
  const project = useSignal(projectId)
  useEffect(() => live.want(`tasks:${project.value}`), [project.value])
  const create = async () => {
    const task = await actions.createTask(project.value, form.value)
    creating.onClose()
    go({ view: 'board', projectId: task.projectId, id: task.id })
  }
  return (
    <FormDialog {...creating} title="New task" isReady={form.value.title.trim() !== ''} onSubmit={create}>
      {store.projects.count() > 1 && parentId === null && (
        <ChoiceField
          label="Project"
          value={project.value}
          choices={store.projects.all().map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => (project.value = id)}
        />
      )}
      <TaskFields form={form.value} projectId={project.value} onChange={(next) => (form.value = next)} />
    </FormDialog>
  )
}

export const NewProjectDialog = () => {
  const name = useSignal('')
  const folder = useSignal('')
  const create = async () => {
    const workingDir = folder.value.trim()
    const project = await actions.createProject({
      name: name.value,
      ...(workingDir !== '' && { workingDir }),
    })
    creating.onClose()
    go({ view: 'board', projectId: project.id })
  }
  return (
    <FormDialog {...creating} title="New project" isReady={name.value.trim() !== ''} onSubmit={create}>
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
    </FormDialog>
  )
}

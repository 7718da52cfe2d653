import type { Task } from '../../functions/client/client'
import { store } from '../app'
import { CheckField } from '../parts/check-field'
import { ChoiceField, TextField } from '../parts/field'
import { columns, mayDependOn } from '../state/board'
import type { TaskForm } from '../state/conflict'
import type { Priority, TaskStatus } from '../state/entities'
import { statusWords } from '../state/words'

interface TaskFieldsProps {
  form: TaskForm
  /** Undefined: a new one. */
  task?: Task
  projectId: string
  onChange(form: TaskForm): void
}

const priorities: readonly Priority[] = ['high', 'medium', 'low']

const isPriority = (text: string): text is Priority => priorities.some((priority) => priority === text)
const isStatus = (text: string): text is TaskStatus => columns.some((status) => status === text)

/** So many tasks are offered as parents and as what is waited for. */
const maxOffered = 300

export const TaskFields = ({ form, task, projectId, onChange }: TaskFieldsProps) => {
  const set = (change: Partial<TaskForm>) => onChange({ ...form, ...change })
  const all = store.tasks.all().filter((one) => one.projectId === projectId)
  const others = task ? mayDependOn(task, all) : all
  const offered = others
    .filter(
      ({ status, id }) =>
        (status !== 'completed' && status !== 'cancelled') || form.dependencies.includes(id),
    )
    .slice(-maxOffered)
  return (
    <>
      <TextField
        label="Title"
        value={form.title}
        isRequired
        maxLength={500}
        onInput={(title) => set({ title })}
      />
      <TextField
        label="Description"
        rows={5}
        value={form.description}
        onInput={(description) => set({ description })}
      />
      <div class="pair">
        <ChoiceField
          label="Priority"
          value={form.priority}
          choices={priorities.map((value) => ({ value, label: value }))}
          onChange={(value) => isPriority(value) && set({ priority: value })}
        />
        {task && (
          <ChoiceField
            label="Status"
            value={form.status}
            choices={columns.map((value) => ({ value, label: statusWords[value] }))}
            onChange={(value) => isStatus(value) && set({ status: value })}
          />
        )}
        <TextField label="Due" type="date" value={form.dueDate} onInput={(dueDate) => set({ dueDate })} />
      </div>
      <ChoiceField
        label="Part of"
        value={form.parentId ?? ''}
        choices={[
          { value: '', label: 'nothing' },
          ...all
            .filter(({ id }) => id !== task?.id)
            .slice(-maxOffered)
            .map(({ id, title }) => ({ value: id, label: title })),
        ]}
        onChange={(value) => set({ parentId: value === '' ? null : value })}
      />
      <WaitsFor offered={offered} form={form} onChange={(dependencies) => set({ dependencies })} />
      <TextField
        label="Done when"
        rows={3}
        hint="One condition a line; its agent is told them"
        value={form.acceptanceCriteria.join('\n')}
        onInput={(text) => set({ acceptanceCriteria: text === '' ? [] : text.split('\n') })}
      />
      <TextField
        label="First prompt"
        rows={3}
        hint="What its agent is told before the task itself"
        value={form.initialPrompt}
        onInput={(initialPrompt) => set({ initialPrompt })}
      />
      <TextField label="Model" value={form.model} maxLength={100} onInput={(model) => set({ model })} />
    </>
  )
}

interface WaitsForProps {
  offered: readonly Task[]
  form: TaskForm
  onChange(dependencies: readonly string[]): void
}

const WaitsFor = ({ offered, form, onChange }: WaitsForProps) =>
  offered.length === 0 ? null : (
    <fieldset class="field waits-for">
      <legend>Waits for</legend>
      <div class="options">
        {offered.map(({ id, title }) => (
          <CheckField
            key={id}
            dir="auto"
            isChecked={form.dependencies.includes(id)}
            onChange={(isChecked) =>
              onChange(
                isChecked ? [...form.dependencies, id] : form.dependencies.filter((other) => other !== id),
              )
            }
          >
            {title}
          </CheckField>
        ))}
      </div>
    </fieldset>
  )

export const emptyForm = (parentId: string | null): TaskForm => ({
  title: '',
  description: '',
  priority: 'medium',
  status: 'todo',
  parentId,
  dependencies: [],
  model: '',
  initialPrompt: '',
  dueDate: '',
  acceptanceCriteria: [],
})

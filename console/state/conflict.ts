/** Two people change the same task: who comes second sees what was changed, and chooses. Pure. */
import type { Task } from '../../functions/client/client'

/** What the form of a task shows. */
export interface TaskForm {
  title: string
  description: string
  priority: Task['priority']
  status: Task['status']
  parentId: string | null
  dependencies: readonly string[]
  model: string
  initialPrompt: string
  dueDate: string
  acceptanceCriteria: readonly string[]
}

type FieldName = keyof TaskForm

export const fieldNames: Readonly<Record<FieldName, string>> = {
  title: 'Title',
  description: 'Description',
  priority: 'Priority',
  status: 'Status',
  parentId: 'Parent',
  dependencies: 'Waits for',
  model: 'Model',
  initialPrompt: 'First prompt',
  dueDate: 'Due',
  acceptanceCriteria: 'Done when',
}

const isFieldName = (name: string): name is FieldName => name in fieldNames

const allFields: readonly FieldName[] = Object.keys(fieldNames).filter((name) => isFieldName(name))

export const formOf = (task: Task): TaskForm => ({
  title: task.title,
  description: task.description,
  priority: task.priority,
  status: task.status,
  parentId: task.parentId,
  dependencies: task.dependencies,
  model: task.model ?? '',
  initialPrompt: task.initialPrompt,
  dueDate: task.dueDate ?? '',
  acceptanceCriteria: task.acceptanceCriteria ?? [],
})

/** What was changed, field by field. */
export const changedFields = (before: TaskForm, after: TaskForm): FieldName[] =>
  allFields.filter((name) => asText(before[name]) !== asText(after[name]))

export interface Conflict {
  field: FieldName
  /** As texts. */
  before: string
  theirs: string
  mine: string
}

/** Fields that both have changed, and not to the same. What only one has changed is no conflict. */
export const conflictsOf = (before: TaskForm, theirs: TaskForm, mine: TaskForm): Conflict[] => {
  const changed = changedFields(before, theirs)
  return changedFields(before, mine)
    .filter((field) => changed.includes(field) && asText(theirs[field]) !== asText(mine[field]))
    .map((field) => ({
      field,
      before: asText(before[field]),
      theirs: asText(theirs[field]),
      mine: asText(mine[field]),
    }))
}

/** Theirs with what was changed here upon it; where both have changed a field, as `keep` says. */
export const mergedForm = (
  before: TaskForm,
  theirs: TaskForm,
  mine: TaskForm,
  keep: 'theirs' | 'mine',
): TaskForm => {
  const given = keep === 'mine' ? [] : conflictsOf(before, theirs, mine).map(({ field }) => field)
  const fields = changedFields(before, mine).filter((field) => !given.includes(field))
  return { ...theirs, ...picked(mine, fields) }
}

/** The body of the change: what was changed and nothing else; empty texts clear what may be absent. */
export const changeOf = (form: TaskForm, fields: readonly FieldName[]) => {
  const { model, dueDate, dependencies, acceptanceCriteria, ...same } = picked(form, fields)
  return {
    ...same,
    ...(dependencies && { dependencies: [...dependencies] }),
    ...(acceptanceCriteria && { acceptanceCriteria: [...acceptanceCriteria] }),
    ...(model !== undefined && { model: model.trim() === '' ? null : model }),
    ...(dueDate !== undefined && { dueDate: dueDate === '' ? null : dueDate }),
  }
}

/** A new task: what is empty is left out. */
export const newTaskOf = (form: TaskForm) => ({
  title: form.title,
  description: form.description,
  priority: form.priority,
  initialPrompt: form.initialPrompt,
  dependencies: [...form.dependencies],
  acceptanceCriteria: form.acceptanceCriteria.filter((line) => line.trim() !== ''),
  ...(form.parentId !== null && { parentId: form.parentId }),
  ...(form.model.trim() !== '' && { model: form.model }),
  ...(form.dueDate !== '' && { dueDate: form.dueDate }),
})

const picked = (form: TaskForm, fields: readonly FieldName[]): Partial<TaskForm> => ({
  ...(fields.includes('title') && { title: form.title }),
  ...(fields.includes('description') && { description: form.description }),
  ...(fields.includes('priority') && { priority: form.priority }),
  ...(fields.includes('status') && { status: form.status }),
  ...(fields.includes('parentId') && { parentId: form.parentId }),
  ...(fields.includes('dependencies') && { dependencies: form.dependencies }),
  ...(fields.includes('model') && { model: form.model }),
  ...(fields.includes('initialPrompt') && { initialPrompt: form.initialPrompt }),
  ...(fields.includes('dueDate') && { dueDate: form.dueDate }),
  ...(fields.includes('acceptanceCriteria') && { acceptanceCriteria: form.acceptanceCriteria }),
})

const asText = (value: TaskForm[FieldName]): string =>
  value === null ? '' : typeof value === 'string' ? value : value.join('\n')

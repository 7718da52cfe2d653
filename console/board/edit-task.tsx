import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { actions, store } from '../app'
import { FormEnd } from '../parts/form-end'
import { reasonOf, type SaveOutcome } from '../state/actions'
import { fieldNames, formOf, mergedForm, type TaskForm } from '../state/conflict'
import { TaskFields } from './task-form'

interface Base {
  form: TaskForm
  etag: string
}

/** Edits a task as it was when this began; what somebody else has changed meanwhile is shown before it is overwritten. */
export const EditTask = ({ id, onClose }: { id: string; onClose(): void }) => {
  const base = useSignal<Base | undefined>(undefined)
  const mine = useSignal<TaskForm | undefined>(undefined)
  const outcome = useSignal<SaveOutcome | undefined>(undefined)
  const isSaving = useSignal(false)
  useEffect(() => {
    actions.beginEdit(id).then(
      ({ entity, etag }) => {
        base.value = { form: formOf(entity), etag }
        mine.value = formOf(entity)
      },
      (error) => {
        outcome.value = { kind: 'failed', reason: reasonOf(error) }
      },
    )
  }, [id])

  const take = (result: SaveOutcome) => {
    isSaving.value = false
    if (result.kind === 'saved') onClose()
    else outcome.value = result
  }
  const save = async () => {
    if (!base.value || !mine.value) return
    isSaving.value = true
    take(await actions.save(id, base.value.form, mine.value, base.value.etag))
  }
  /** From now on, theirs is what was there before. */
  const decide = (theirs: TaskForm, etag: string, keep: 'theirs' | 'mine') => {
    if (!base.value || !mine.value) return
    mine.value = mergedForm(base.value.form, theirs, mine.value, keep)
    base.value = { form: theirs, etag }
    outcome.value = undefined
    void save()
  }

  const found = outcome.value
  if (!mine.value)
    return <p class={found ? 'bad' : 'soft'}>{found?.kind === 'failed' ? found.reason : 'Loading…'}</p>
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {found?.kind === 'conflict' && (
        <section role="alert" class="conflict">
          <h3>Somebody else has changed this meanwhile</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Theirs, saved</th>
                <th scope="col">Yours</th>
              </tr>
            </thead>
            <tbody>
              {found.conflicts.map(({ field, theirs, mine: yours }) => (
                <tr key={field}>
                  <th scope="row">{fieldNames[field]}</th>
                  <td dir="auto">{theirs}</td>
                  <td dir="auto">{yours}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div class="verbs">
            <button type="button" onClick={() => decide(found.theirs, found.etag, 'theirs')}>
              Keep theirs
            </button>
            <button type="button" class="danger" onClick={() => decide(found.theirs, found.etag, 'mine')}>
              Overwrite with mine
            </button>
          </div>
        </section>
      )}
      <TaskFields
        form={mine.value}
        projectId={store.tasks.get(id)?.projectId ?? ''}
        {...taskOf(id)}
        onChange={(form) => (mine.value = form)}
      />
      <FormEnd
        problem={found?.kind === 'failed' ? `Not saved: ${found.reason}` : undefined}
        submit="Save"
        submitting="Saving…"
        isSending={isSaving.value}
        isReady={mine.value.title.trim() !== ''}
        onCancel={onClose}
      />
    </form>
  )
}

const taskOf = (id: string) => {
  const task = store.tasks.get(id)
  return task ? { task } : {}
}

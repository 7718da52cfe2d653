import { useSignal } from '@preact/signals'
import { actions } from '../app'
import { Confirm } from '../parts/dialog'
import { ChoiceField } from '../parts/field'
import { isPermissionMode, permissionModes, permissionWords } from '../state/choices'
import { hasEnded, type SessionCard } from '../state/entities'

/** Interrupt, stop, restart, and what it may do unasked. */
export const AgentVerbs = ({ session }: { session: SessionCard }) => {
  const asks = useSignal<'stop' | 'delete' | undefined>(undefined)
  const { id, name, permissionMode, workspace } = session
  const isEnded = hasEnded(session)
  const close = () => (asks.value = undefined)
  return (
    <div class="verbs">
      {!isEnded && (
        <>
          <button
            type="button"
            onClick={() => void actions.interrupt(id)}
            title="Ends the turn; the session stays"
          >
            Interrupt
          </button>
          <button type="button" class="danger" onClick={() => (asks.value = 'stop')}>
            Stop…
          </button>
          <ChoiceField
            label="May do unasked"
            value={permissionMode ?? ''}
            choices={[
              ...(permissionMode === undefined ? [{ value: '', label: 'as its runner says' }] : []),
              ...permissionModes.map((mode) => ({ value: mode, label: `${mode}: ${permissionWords[mode]}` })),
            ]}
            onChange={(mode) => isPermissionMode(mode) && void actions.setPermissionMode(id, mode)}
          />
        </>
      )}
      {isEnded && (
        <>
          {session.run !== undefined && (
            <button type="button" onClick={() => void actions.restart(id)}>
              Restart
            </button>
          )}
          <button type="button" class="danger" onClick={() => (asks.value = 'delete')}>
            Delete…
          </button>
        </>
      )}
      {asks.value === 'stop' && (
        <Confirm
          title={`Stop ${name}?`}
          deed="Stop it"
          onConfirm={() => void actions.stop(id)}
          onClose={close}
        >
          <p>
            Its agent is ended in the middle of what it does. What it has written stays
            {workspace ? ` on the branch ${workspace.branch}` : ' in its folder'}; its tasks say nothing of it
            any more.
          </p>
        </Confirm>
      )}
      {asks.value === 'delete' && (
        <Confirm
          title={`Delete ${name}?`}
          deed="Delete it"
          onConfirm={() => void actions.deleteSession(id)}
          onClose={close}
        >
          <p>
            Its timeline, its messages and its requests are lost. Its tasks, and what it has written, stay.
          </p>
        </Confirm>
      )}
    </div>
  )
}

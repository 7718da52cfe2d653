import { useSignal } from '@preact/signals'
import { CheckField } from '../parts/check-field'
import { Command } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { type Changes, machineOf, mergeCommand, mergeNotes } from '../state/changes'
import { hasEnded, type SessionCard } from '../state/entities'

interface MergeDialogProps {
  session: SessionCard
  changes: Changes | undefined
  onClose(): void
}

/** A merge is made where the repository is, by a command: this says which, what it does, and what is in its way. */
export const MergeDialog = ({ session, changes, onClose }: MergeDialogProps) => {
  const { id, name, workspace } = session
  const isSquash = useSignal(false)
  const into = useSignal('')
  const machine = machineOf(session)
  const notes = mergeNotes(changes, session)
  const branch = changes?.branch ?? workspace?.branch ?? 'its branch'
  return (
    <Dialog title={`Merge “${name}”`} onClose={onClose}>
      <div class="say">
        <p>
          Takes what is committed on <code>{branch}</code> into{' '}
          {into.value.trim() === '' ? 'the branch that it began from' : <code>{into.value.trim()}</code>}. It
          is made aside: the branch moves only when the merge is whole. Where both have changed the same
          lines, or a file is in its way, nothing is changed, and it names the files.
        </p>
        <CheckField isChecked={isSquash.value} onChange={(isChecked) => (isSquash.value = isChecked)}>
          As one commit
        </CheckField>
        <TextField
          label="Into the branch"
          placeholder="that it began from"
          maxLength={200}
          value={into.value}
          onInput={(text) => (into.value = text)}
        />
        {notes.length > 0 && (
          <ul class="hint">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        <p>
          Servers do not write into repositories. Run it {machine === undefined ? 'on the machine' : 'on'}{' '}
          {machine === undefined ? 'that it works on' : <strong>{machine}</strong>}:
        </p>
        <Command text={mergeCommand({ sessionId: id, isSquash: isSquash.value, into: into.value })} />
        {hasEnded(session) && (
          <>
            <p>Afterwards, this removes its worktree, if nothing is lost by that:</p>
            <Command text={`maestro session clean ${id}`} />
          </>
        )}
      </div>
      <footer>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </footer>
    </Dialog>
  )
}

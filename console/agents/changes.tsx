import { batch, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { MaestroError } from '../../functions/client/client'
import { actions, store } from '../app'
import { Command } from '../parts/copy'
import { reasonOf } from '../state/actions'
import { type Changes as Changed, joinPage, openAtFirst, whyNotShown } from '../state/changes'
import type { SessionCard } from '../state/entities'
import { ChangedFile } from './changed-file'
import { MergeDialog } from './merge-dialog'

/** So many files are read at a time: their patches come with them. */
const pageFiles = 20

interface Problem {
  sentence: string
  isMissing: boolean
}

/** What it has changed in its worktree, by file, as of the moment when it was read: no event tells of that. */
export const Changes = ({ session }: { session: SessionCard }) => {
  const { id, workspace } = session
  const changes = useSignal<Changed | undefined>(undefined)
  const problem = useSignal<Problem | undefined>(undefined)
  const isReading = useSignal(false)
  const activityThen = useSignal(session.lastActivity)
  const isMerging = useSignal(false)

  const read = async (before: Changed | undefined) => {
    isReading.value = true
    const activity = store.sessions.peek(id)?.lastActivity ?? 0
    try {
      const page = await actions.readChanges(id, pageFiles, before?.nextCursor)
      batch(() => {
        if (!before) activityThen.value = activity
        changes.value = joinPage(before, page)
        problem.value = undefined
      })
    } catch (error) {
      const status = error instanceof MaestroError ? error.status : undefined
      problem.value = { sentence: whyNotShown(status, reasonOf(error)), isMissing: status === 404 }
    }
    isReading.value = false
  }
  useEffect(() => void read(undefined), [id])

  const found = changes.value
  const open = openAtFirst(found?.files ?? [])
  const isOld = found !== undefined && (found.isTorn || session.lastActivity !== activityThen.value)
  return (
    <div class="changes">
      <div class="verbs">
        <button type="button" disabled={isReading.value} onClick={() => void read(undefined)}>
          {isReading.value ? 'Reading…' : 'Read again'}
        </button>
        <button
          type="button"
          disabled={!found && !problem.value}
          hidden={problem.value?.isMissing === true}
          onClick={() => (isMerging.value = true)}
        >
          Merge…
        </button>
      </div>
      {problem.value && (
        <div role="alert">
          <p>{problem.value.sentence}</p>
          <p class="soft">On the machine that it works on, this shows it:</p>
          <Command text={`maestro session diff ${id}`} />
        </div>
      )}
      {isOld && <p class="soft">Its agent has gone on since this was read.</p>}
      {found && <Sum changes={found} />}
      {found?.files.map((file) => (
        <ChangedFile
          key={file.path}
          file={file}
          isOpen={open.has(file.path)}
          folder={workspace?.path ?? ''}
        />
      ))}
      {found?.nextCursor !== undefined && (
        <button type="button" disabled={isReading.value} onClick={() => void read(found)}>
          Show more: {found.total - found.files.length} of {found.total} files are not shown
        </button>
      )}
      {isMerging.value && (
        <MergeDialog session={session} changes={found} onClose={() => (isMerging.value = false)} />
      )}
    </div>
  )
}

const Sum = ({ changes }: { changes: Changed }) => {
  const { branch, base, head, total, additions, deletions, notShown = [] } = changes
  return (
    <>
      <p>
        {total === 0 ? 'Nothing is changed' : `${total} ${total === 1 ? 'file' : 'files'}, `}
        {total > 0 && (
          <>
            <span class="plus">+{additions}</span> <span class="minus">−{deletions}</span>
          </>
        )}{' '}
        <span class="soft">
          on <code>{branch}</code> since <code title={base}>{base.slice(0, 12)}</code>
          {head === base ? ', nothing of it committed' : ''}; without what git ignores
        </span>
      </p>
      {notShown.length > 0 && (
        <p class="soft">Repositories of their own, and not shown: {notShown.join(', ')}</p>
      )}
    </>
  )
}

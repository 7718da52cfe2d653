import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { type DiffFile, fateOf } from '../state/changes'
import { patchLines, visible } from '../state/patch'

/** So many lines are drawn at a time. */
const stepLines = 300

interface ChangedFileProps {
  file: DiffFile
  isOpen: boolean
  /** The worktree. */
  folder: string
}

/** What has changed in a file. Nothing of it is drawn before it is opened. */
export const ChangedFile = ({ file, isOpen, folder }: ChangedFileProps) => {
  const isShown = useSignal(isOpen)
  const { path, from, additions, deletions, binary } = file
  return (
    <details
      class="changed"
      open={isShown.value}
      onToggle={({ currentTarget }) => (isShown.value = currentTarget.open)}
    >
      <summary>
        <code dir="ltr">{visible(from === undefined ? path : `${from} → ${path}`)}</code>{' '}
        {!binary && (
          <span class="sum">
            <span class="plus">+{additions}</span> <span class="minus">−{deletions}</span>
          </span>
        )}{' '}
        <span class="soft">{fateOf(file)}</span>
      </summary>
      {isShown.value && <Lines file={file} folder={folder} />}
    </details>
  )
}

const Lines = ({ file, folder }: { file: DiffFile; folder: string }) => {
  const { path, patch, truncated, binary } = file
  const lines = useMemo(() => patchLines(patch ?? ''), [patch])
  const drawn = useSignal(stepLines)
  const left = lines.length - drawn.value
  if (patch === undefined)
    return <p class="soft">Its name is no text that git could be given: {visible(path)}</p>
  if (binary) return <p class="soft">It is not compared line by line.</p>
  if (lines.length === 0) return <p class="soft">No line of it has changed.</p>
  return (
    <>
      <div class="lines" dir="ltr">
        {lines.slice(0, drawn.value).map(({ kind, text, number }) => (
          <div class={kind}>
            <span class="number" aria-hidden="true">
              {number}
            </span>
            <span>{text}</span>
          </div>
        ))}
      </div>
      {left > 0 && (
        <button type="button" onClick={() => (drawn.value += stepLines)}>
          Show {Math.min(left, stepLines)} more lines of {lines.length}
        </button>
      )}
      {truncated && left <= 0 && (
        <p class="bad">
          Cut here: more of it has changed than the server gives of a file. It is whole in{' '}
          <code>{visible(folder === '' ? path : `${folder}/${path}`)}</code>
        </p>
      )}
    </>
  )
}

/** Text of others. It is never read as HTML: what looks like a link to the web becomes one, the rest stays as it is. */
import { linkedParts } from '../state/links'

export const Text = ({ text }: { text: string }) => (
  <span class="text" dir="auto">
    {linkedParts(text).map((part) =>
      part.isLink ? (
        <a href={part.text} target="_blank" rel="noreferrer noopener">
          {part.text}
        </a>
      ) : (
        part.text
      ),
    )}
  </span>
)

/** A command, a diff, a detail: as it is, with changed lines marked where it is a diff. */
export const Block = ({ text, label }: { text: string; label: string }) => {
  const lines = text.split('\n')
  const isDiff = lines.some((line) => /^@@ |^diff --git |^--- /.test(line))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also for those who have no pointer.
    <section class="block" dir="auto" tabIndex={0} aria-label={label}>
      {isDiff ? lines.map((line) => <span class={lineClass(line)}>{`${line}\n`}</span>) : text}
    </section>
  )
}

const lineClass = (line: string): string =>
  /^\+(?!\+\+ )/.test(line) ? 'added' : /^-(?!-- )/.test(line) ? 'removed' : /^@@/.test(line) ? 'place' : ''

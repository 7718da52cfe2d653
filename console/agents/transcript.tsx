import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { actions } from '../app'
import { ToNewest } from '../parts/list'
import { reasonOf } from '../state/actions'
import { plainText } from '../state/terminal'

/** So many characters of the end are shown. */
const maxShown = 200_000

/** What its agent prints, as it comes; it follows as long as one is at the end. */
export const Transcript = ({ id }: { id: string }) => {
  const text = useSignal('')
  const problem = useSignal<string | undefined>(undefined)
  const isAway = useSignal(false)
  const box = useRef<HTMLElement>(null)

  useEffect(() => {
    const ending = new AbortController()
    const decoder = new TextDecoder()
    let raw = ''
    let isDue = false
    const draw = () => {
      isDue = false
      text.value = plainText(raw)
    }
    const onBytes = (bytes: Uint8Array) => {
      raw = (raw + decoder.decode(bytes, { stream: true })).slice(-maxShown)
      if (!isDue) requestAnimationFrame(draw)
      isDue = true
    }
    actions.followOutput(id, { signal: ending.signal, onBytes }).catch((error) => {
      problem.value = reasonOf(error)
    })
    return () => ending.abort()
  }, [id])

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }
  useLayoutEffect(() => {
    if (!isAway.value) toEnd()
  }, [text.value])

  if (problem.value !== undefined) return <p class="empty soft">{problem.value}</p>
  if (text.value === '') return <p class="empty soft">Nothing was printed yet.</p>
  return (
    <div class="transcript">
      <section
        ref={box}
        class="block"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also for those who have no pointer.
        tabIndex={0}
        aria-label="What the agent printed"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAway.value = scrollHeight - scrollTop - clientHeight > 40
        }}
      >
        {text.value}
      </section>
      {isAway.value && <ToNewest onClick={toEnd} />}
    </div>
  )
}

import { signal, useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { afterPaint } from './frames'
import type { ListProps, RowPlace } from './rows'

/** Up to so many rows are all there: they can be found by the browser's own search. */
const maxWhole = 100
/** As many as can be in sight: each more keeps those waiting. */
const firstRows = (rowHeight: number): number => Math.ceil(innerHeight / rowHeight) + 1

/** What draws long lists is loaded when there is one, and its first rows are there. */
const longList = signal<typeof import('./long-list').LongList | undefined>(undefined)
let isAsked = false

const loadLongList = () => {
  if (isAsked) return
  isAsked = true
  afterPaint(() =>
    import('./long-list').then(
      (loaded) => {
        longList.value = loaded.LongList
      },
      () => {
        isAsked = false
      },
    ),
  )
}

/** A list that scrolls by itself. Of a long one, what is in sight is there, and the row that has the focus. */
export const List = <T extends { id: string }>(props: ListProps<T>) => {
  const { label, items, row } = props
  const scroller = useRef<HTMLDivElement>(null)
  const focused = useSignal<string | undefined>(undefined)
  const tabStop = items.some(({ id }) => id === focused.value) ? focused.value : items[0]?.id
  const rowPlace = (id: string): RowPlace => ({ tabIndex: id === tabStop ? 0 : -1 })
  const isAway = useSignal(false)
  const toEnd = () => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }

  useLayoutEffect(() => {
    if (props.isFollowing && !isAway.peek()) toEnd()
  }, [items.at(-1)?.id, props.isFollowing, longList.value])

  const shared = {
    ref: scroller,
    class: 'rows',
    onFocusCapture: ({ target }: FocusEvent) => {
      if (target instanceof Element)
        focused.value = target.closest('[data-row]')?.getAttribute('data-row') ?? undefined
    },
    onScroll: ({ currentTarget }: { currentTarget: HTMLElement }) => {
      const { scrollHeight, scrollTop, clientHeight } = currentTarget
      if (props.isFollowing) isAway.value = scrollHeight - scrollTop - clientHeight > 60
    },
  }
  const isLong = items.length > maxWhole
  if (isLong) loadLongList()
  const LongList = longList.value
  if (isLong && LongList)
    return (
      <>
        <div {...shared}>
          <LongList {...props} scroller={scroller} focusedId={focused.value} rowPlace={rowPlace} />
        </div>
        {isAway.value && <ToNewest onClick={toEnd} />}
      </>
    )
  return (
    <>
      <div {...shared}>
        <ul aria-label={label} data-list>
          {items
            .slice(0, isLong ? Math.min(maxWhole, firstRows(props.rowHeight)) : maxWhole)
            .map((item, index) => (
              <li key={item.id} aria-setsize={items.length} aria-posinset={index + 1}>
                {row(item, rowPlace(item.id))}
              </li>
            ))}
        </ul>
      </div>
      {isAway.value && <ToNewest onClick={toEnd} />}
    </>
  )
}

export const ToNewest = ({ onClick }: { onClick(): void }) => (
  <button type="button" class="newest" onClick={onClick}>
    Jump to the newest ↓
  </button>
)

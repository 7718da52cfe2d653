import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core'
import { useCallback, useLayoutEffect, useReducer, useRef } from 'preact/hooks'
import type { ListProps, RowPlace } from './rows'

interface LongListProps<T extends { id: string }> extends ListProps<T> {
  scroller: { current: HTMLDivElement | null }
  focusedId: string | undefined
  rowPlace(id: string): RowPlace
}

/** Of a long list, what is in sight is there, and the row that has the focus. */
export const LongList = <T extends { id: string }>(props: LongListProps<T>) => {
  const { label, items, rowHeight, isUneven = false, scroller, focusedId, rowPlace, row } = props
  const [, draw] = useReducer((count: number) => count + 1, 0)
  const latest = useRef(items)
  latest.current = items
  // Another function makes all places be worked out anew: that is due only where rows with sizes of their own have moved.
  const getItemKey = useCallback(
    (at: number) => latest.current[at]?.id ?? at,
    [isUneven ? items[0]?.id : undefined],
  )
  const focusedIndex = focusedId === undefined ? -1 : items.findIndex(({ id }) => id === focusedId)
  const virtualizer = useRef<Virtualizer<HTMLDivElement, HTMLLIElement>>(undefined)
  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const inSight = defaultRangeExtractor(range)
      if (focusedIndex < 0 || inSight.includes(focusedIndex)) return inSight
      return [...inSight, focusedIndex].sort((one, other) => one - other)
    },
    onChange: () => draw(0),
  }
  virtualizer.current ??= new Virtualizer(options)
  const { current } = virtualizer
  current.setOptions(options)
  useLayoutEffect(() => current._didMount(), [])
  useLayoutEffect(() => current._willUpdate())
  return (
    <ul aria-label={label} data-list style={{ height: `${current.getTotalSize()}px` }} class="long">
      {current.getVirtualItems().map((item) => {
        const entity = items[item.index]
        return (
          entity && (
            <li
              key={entity.id}
              data-index={item.index}
              {...(isUneven && { ref: current.measureElement })}
              aria-setsize={items.length}
              aria-posinset={item.index + 1}
              style={{
                transform: `translateY(${item.start}px)`,
                ...(isUneven ? {} : { height: `${rowHeight}px` }),
              }}
            >
              {row(entity, rowPlace(entity.id))}
            </li>
          )
        )
      })}
    </ul>
  )
}

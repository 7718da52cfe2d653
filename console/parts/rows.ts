import type { ComponentChildren } from 'preact'

export interface RowPlace {
  /** The first or the focused row can be reached with Tab, the others with keys. */
  tabIndex: 0 | -1
}

export interface ListProps<T extends { id: string }> {
  label: string
  items: readonly T[]
  /** Height of a row in pixels; of rows that differ, the usual one. */
  rowHeight: number
  /** Whether rows have heights of their own. */
  isUneven?: boolean
  /** Stays at the end as long as one is there. */
  isFollowing?: boolean
  row(item: T, place: RowPlace): ComponentChildren
}

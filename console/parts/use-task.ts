import { useEffect } from 'preact/hooks'
import type { Task } from '../../functions/client/client'
import { live, store } from '../app'

/** What is in sight for less, in milliseconds, scrolls past. */
const lookMs = 100

/** A task that something in sight names. Where it is not known it is asked for: there may be thousands that nobody looks at. */
export const useTask = (id: string | undefined): Task | undefined => {
  const task = id === undefined ? undefined : store.tasks.get(id)
  const unknown = task || live.connection.value.kind !== 'live' ? undefined : id
  useEffect(() => {
    if (unknown === undefined) return
    const due = setTimeout(() => live.want(`task:${unknown}`), lookMs)
    return () => clearTimeout(due)
  }, [unknown])
  return task
}

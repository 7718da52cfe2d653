import { useEffect } from 'preact/hooks'
import type { Task } from '../../functions/client/client'
import { live, reasons, store } from '../app'
import { waitsAbout } from '../state/board'

/** Why a task waits, each reason a sentence; empty as long as that is not known. */
export const useReasons = (task: Task | undefined, children: readonly Task[]): readonly string[] => {
  const about = task && waitsAbout(task, { task: store.tasks.get, session: store.sessions.get, children })
  const isLive = live.connection.value.kind === 'live'
  useEffect(() => {
    if (task && about !== undefined && isLive) void reasons.look(task.id, about)
  }, [task?.id, about, isLive])
  return task && about !== undefined ? reasons.get(task.id) : []
}

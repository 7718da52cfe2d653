import type { Alarm } from '../../storage/drivers/durable-object/alarm'
import type { BeatTimes, Heartbeats } from '../services/heartbeats'

/** While the mirror is written to, which may take long, it is looked so often. */
const pollMs = 500

/**
 * When sessions were last heard, in the object's SQLite. An object that sleeps has missed nothing, since whatever is sent to
 * it wakes it: so the times outlive it.
 */
export const storedBeatTimes = ({ sql }: DurableObjectStorage): BeatTimes => {
  sql.exec('CREATE TABLE IF NOT EXISTS beat_times (id TEXT PRIMARY KEY, at INTEGER NOT NULL)')
  return {
    read: (id) => sql.exec<{ at: number }>('SELECT at FROM beat_times WHERE id = ?', id).toArray()[0]?.at,
    write: (id, at) => sql.exec('INSERT OR REPLACE INTO beat_times (id, at) VALUES (?, ?)', id, at),
    remove: (id) => sql.exec('DELETE FROM beat_times WHERE id = ?', id),
  }
}

export interface LostSessions {
  /** The same heartbeats; the alarm is set when the next session would be lost. */
  heartbeats: Heartbeats
  /** Ends what is lost when the alarm has rung, and as long as `others` take what they do at an alarm. */
  onAlarm(others: Promise<void>): Promise<void>
}

/** Ends lost sessions by the object's alarm. One that rings late tells that nobody could be heard. */
export const createLostSessions = (beats: Heartbeats, alarm: Alarm, now: () => number): LostSessions => {
  const schedule = () => {
    const due = beats.nextDue()
    alarm.set('beats', due === undefined ? undefined : due + 1)
  }
  const sweep = async () => {
    const due = beats.nextDue()
    if (due !== undefined && due < now()) await beats.sweep(() => now() - due)
    schedule()
  }
  schedule()
  return {
    heartbeats: {
      ...beats,
      note(id, ttlSeconds) {
        beats.note(id, ttlSeconds)
        schedule()
      },
    },
    async onAlarm(others) {
      let isDone = false
      const done = others.finally(() => {
        isDone = true
      })
      await sweep()
      while (!isDone) {
        await Promise.race([done, new Promise((resolve) => setTimeout(resolve, pollMs))])
        await sweep()
      }
    },
  }
}

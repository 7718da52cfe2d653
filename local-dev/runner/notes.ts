/**
 * What a runner is responsible for, on the disk: written before it claims a session, so that after a crash the
 * next runner of this machine takes everything over.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { livenessOf, ownIdentity, ProcessIdentity } from '../../storage/drivers/files/process-identity'

const Note = z.object({
  runner: z.string(),
  host: z.string(),
  process: ProcessIdentity,
  /** Folders of the sessions, by id. */
  sessions: z.record(z.string(), z.string()),
})

export interface Notes {
  add(id: string, folder: string): void
  remove(id: string): void
}

const fileOf = (sessionDir: string, runner: string) => join(sessionDir, `.runner-${runner}.json`)

/** The notes of this runner. They are gone when it is responsible for nothing. */
export const keepNotes = (sessionDir: string, runner: string): Notes => {
  const path = fileOf(sessionDir, runner)
  const sessions = new Map<string, string>()
  const self = ownIdentity()
  mkdirSync(sessionDir, { recursive: true })
  const write = () => {
    if (sessions.size === 0) return rmSync(path, { force: true })
    const draft = `${path}.draft`
    const note: z.infer<typeof Note> = {
      runner,
      host: hostname(),
      process: self,
      sessions: Object.fromEntries(sessions),
    }
    writeFileSync(draft, JSON.stringify(note))
    renameSync(draft, path)
  }
  return {
    add(id, folder) {
      sessions.set(id, folder)
      write()
    },
    remove(id) {
      if (sessions.delete(id)) write()
    },
  }
}

/** What a runner that has died on this machine was responsible for. */
export interface Legacy {
  runner: string
  sessions: readonly (readonly [id: string, folder: string])[]
  /** To be called when all of it has been taken over. */
  done(): void
}

export const legacies = (sessionDir: string): Legacy[] => {
  const self = ownIdentity()
  return readdirSync(sessionDir).flatMap((name): Legacy[] => {
    if (!/^\.runner-[\w-]+\.json$/.test(name)) return []
    const note = read(join(sessionDir, name))
    if (!note || !hasDied(note, self)) return []
    return [
      {
        runner: note.runner,
        sessions: Object.entries(note.sessions),
        done: () => rmSync(join(sessionDir, name), { force: true }),
      },
    ]
  })
}

/** What this machine ran before it was started again is as dead as what has ended since. */
const hasDied = ({ host, process }: z.infer<typeof Note>, self: ProcessIdentity): boolean => {
  const now = livenessOf(process, self)
  return now === 'dead' || (now === 'unknown' && host === hostname())
}

/** Undefined if another runner has just done away with it, or it is not ours. */
const read = (path: string) => {
  try {
    return Note.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

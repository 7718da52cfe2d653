// Opens workspaces for the tests of storage, and looks at all of what one holds.

import { entityKinds } from '../../schemas/entities'
import type { WorkspaceDriver } from '../../storage/driver'
import type { PublishedEvent } from '../../storage/event'
import { createIds } from '../../storage/ids'
import type { Kind } from '../../storage/kinds'
import type { Logger } from '../../storage/loading'
import { openWorkspace, type Workspace } from '../../storage/workspace'

export interface Opened {
  workspace: Workspace
  driver: WorkspaceDriver
  /** Every event so far. */
  published: PublishedEvent[]
  /** Every problem that storage logged. */
  logged: LogRecord[]
}

export interface LogRecord {
  message: string
  details: object
}

let time = 1738713700000
/** A clock that never stands still, and goes on where a reopened workspace left off. */
export const clock = () => ++time
const newId = createIds()

/** A logger that records into a list. */
export const collectLogs = (logged: LogRecord[]): Logger => {
  const record = (details: object, message: string) => void logged.push({ message, details })
  return { warn: record, error: record }
}

/** Opens a workspace on what a driver holds. */
export const open = async (driver: WorkspaceDriver, logged: LogRecord[] = []): Promise<Opened> => {
  const published: PublishedEvent[] = []
  const workspace = await openWorkspace({ driver, clock, newId, logger: collectLogs(logged) })
  workspace.subscribe((event) => published.push(event))
  return { workspace, driver, published, logged }
}

/** Every entity, by its key. */
export const everything = (workspace: Workspace): Promise<Record<string, unknown>> =>
  Promise.resolve(
    workspace.read((documents) => {
      const found: [string, unknown][] = []
      for (const kind of entityKinds)
        for (const entry of documents.list<Kind>(kind)) found.push([entry.key, entry.read()])
      return Object.fromEntries(found)
    }),
  )

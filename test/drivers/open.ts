// Opens workspaces for the tests of storage, and looks at all of what one holds.
import type { WorkspaceDriver } from '../../storage/driver'
import type { PublishedEvent } from '../../storage/event'
import { createIds } from '../../storage/ids'
import { type Kind, kindNames } from '../../storage/kinds'
import type { Logger } from '../../storage/loading'
import { openWorkspace, type Workspace } from '../../storage/workspace'

export interface Opened {
  workspace: Workspace
  /** Every event so far. */
  heard: PublishedEvent[]
  /** Every problem that storage told of. */
  reported: Reported[]
}

export interface Reported {
  message: string
  details: object
}

let time = 1738713700000
/** A clock that never stands still, and goes on where a reopened workspace left off. */
export const clock = () => ++time
const newId = createIds()

/** A report that keeps what it is told. */
export const collect = (reported: Reported[]): Logger => {
  const keep = (details: object, message: string) => void reported.push({ message, details })
  return { warn: keep, error: keep }
}

/** Opens a workspace on what a driver holds. */
export const open = async (driver: WorkspaceDriver, reported: Reported[] = []): Promise<Opened> => {
  const heard: PublishedEvent[] = []
  const workspace = await openWorkspace({ driver, clock, newId, logger: collect(reported) })
  workspace.subscribe((event) => heard.push(event))
  return { workspace, heard, reported }
}

/** Every entity, by its key. */
export const everything = (workspace: Workspace): Promise<Record<string, unknown>> =>
  Promise.resolve(
    workspace.read((documents) => {
      const found: [string, unknown][] = []
      for (const kind of kindNames)
        for (const entry of documents.list<Kind>(kind)) found.push([entry.key, entry.read()])
      return Object.fromEntries(found)
    }),
  )

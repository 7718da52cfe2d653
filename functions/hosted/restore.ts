import * as z from 'zod'
import { entityKinds } from '../../schemas/entities'
import { apiError } from '../../schemas/errors'
import { parseTrusted } from '../../schemas/json-text'
import { RestoreProgress } from '../../schemas/restore'
import type { TransferLine } from '../../schemas/transfer'
import type { Documents } from '../../storage/documents'
import { kindOfKey, type kinds } from '../../storage/kinds'
import { readEntry } from '../../storage/read-entry'
import { reasonOf } from '../../storage/reason'
import { completeLinks } from '../../storage/rules/complete-links'
import { importDocuments } from '../../storage/rules/transfer'
import type { Workspace } from '../../storage/workspace'
import type { MirrorPage, ReadableMirror } from './mirror'

const State = RestoreProgress.extend({ kind: z.enum(entityKinds), cursor: z.string().optional() })
type State = z.infer<typeof State>

const beginning: State = {
  kind: 'projects',
  done: false,
  documents: 0,
  refused: [],
  completeTo: null,
  lastEvent: null,
}

interface RestoreOptions {
  sql: SqlStorage
  workspace: Workspace
  mirror: ReadableMirror
  /** The name of the workspace, whose mirror it is. */
  name: string
  /** Called when it is begun, or gone on with. */
  onBegin(): void
}

export interface Restore {
  /** Takes one page of the mirror over; resumes where one that was cut off had got. Only into an empty workspace. */
  next(from: string): Promise<RestoreProgress>
  /** Throws if a restore cannot be begun, or gone on with. */
  assertPossible(from: string): Promise<void>
  /** Whether the workspace is empty beside a mirror that is not. */
  isNeeded(): Promise<boolean>
}

/** Fills an object that lost what it held from its mirror in Workers KV: the one thing for which that is read. */
export const createRestore = ({ sql, workspace, mirror, name, onBegin }: RestoreOptions): Restore => {
  sql.exec('CREATE TABLE IF NOT EXISTS restore (single INTEGER PRIMARY KEY, state TEXT NOT NULL)')
  const savedState = (): State | undefined => {
    const row = sql.exec<{ state: string }>('SELECT state FROM restore').toArray()[0]
    return row && State.parse(parseTrusted(row.state))
  }
  const save = (state: State) =>
    sql.exec('INSERT OR REPLACE INTO restore (single, state) VALUES (1, ?)', JSON.stringify(state))

  const assertPossible = async (from: string) => {
    if (from !== name)
      throw apiError(
        'VALIDATION_ERROR',
        `This token is for the workspace ${name}, into which only kv:${name} is restored, and not kv:${from}`,
      )
    if (savedState()) return
    if (!(await workspace.read(isEmpty)))
      throw apiError(
        'INVALID_STATE',
        `The workspace ${name} is not empty: its mirror is only restored into one that holds nothing`,
      )
    if (!(await mirror.holdsWork()))
      throw apiError('NOT_FOUND', `The mirror of ${name} holds nothing that could be restored`)
  }

  const next = async (from: string): Promise<RestoreProgress> => {
    await assertPossible(from)
    onBegin()
    const state = savedState() ?? beginning
    save(state)
    const page = await mirror.page(state)
    const { lines, refused } = readPage(page)
    // The templates that this object began with have got into its copy, too: they make place for those that were lost.
    const isNew = await workspace.read((documents) => notStoredIn(documents))
    const added = lines.filter(isNew)
    await workspace.change((tx) => importDocuments(tx, added, { overwrite: true, dryRun: false }))
    const progress: RestoreProgress = {
      done: page.next === undefined,
      documents: state.documents + added.length,
      refused: [...state.refused, ...refused],
      ...newestPosition([state, ...page.positions]),
    }
    if (page.next) save({ ...progress, ...page.next })
    else {
      await workspace.change(completeLinks)
      await workspace.continueEventsAfter(progress.lastEvent ?? 0)
      sql.exec('DELETE FROM restore')
    }
    return RestoreProgress.parse(progress)
  }

  const isNeeded = async () => !savedState() && (await workspace.read(isEmpty)) && (await mirror.holdsWork())

  return { next, assertPossible, isNeeded }
}

const notStoredIn = (documents: Documents) => {
  const stored = new Set(documents.list('templates').map(({ key }) => key))
  return ({ key }: TransferLine): boolean => !stored.has(key)
}

/** Whether nobody has made anything: the default templates of a new workspace are as they came. */
const isEmpty = (documents: Documents): boolean =>
  entityKinds.every((kind) =>
    kind === 'templates'
      ? documents.list(kind).every((entry) => isUntouched(entry.read()))
      : documents.count(kind) === 0,
  )

const isUntouched = ({ isDefault, createdAt, updatedAt }: z.infer<typeof kinds.templates.schema>) =>
  isDefault && createdAt === updatedAt

const readPage = ({ documents }: MirrorPage) => {
  const lines: TransferLine[] = []
  const refused: RestoreProgress['refused'] = []
  for (const [key, json] of documents) {
    const kind = kindOfKey(key)
    try {
      if (kind !== undefined) lines.push({ key, document: { ...readEntry(kind, key, json).read() } })
    } catch (error) {
      refused.push({ key, reason: reasonOf(error) })
    }
  }
  return { lines, refused }
}

type Position = Pick<RestoreProgress, 'completeTo' | 'lastEvent'>

/** What the copy that was made last knew. */
const newestPosition = (positions: readonly Position[]): Position => {
  let newest: Position = { completeTo: null, lastEvent: null }
  for (const { completeTo, lastEvent } of positions) {
    const later = (lastEvent ?? -1) - (newest.lastEvent ?? -1)
    if (later > 0 || (later === 0 && (completeTo ?? -1) > (newest.completeTo ?? -1)))
      newest = { completeTo, lastEvent }
  }
  return newest
}

/** What a person can do: one function each, over the typed client. Nothing here changes what is shown: the events do. */
import { signal } from '@preact/signals'
import {
  type AnswerInboxRequest,
  type Client,
  type FollowOutputOptions,
  type InboxRequest,
  MaestroError,
  ServerUnreachable,
  type SpawnSessionRequest,
  type Task,
  type UpdateTaskRequest,
} from '../../functions/client/client'
import type { PermissionMode } from './choices'
import {
  type Conflict,
  changedFields,
  changeOf,
  conflictsOf,
  formOf,
  newTaskOf,
  type TaskForm,
} from './conflict'
import type { TaskStatus } from './entities'
import type { Store } from './store'

/** What became of an answer. */
export type AnswerState =
  | { kind: 'sending' }
  | { kind: 'failed'; reason: string }
  /** Somebody else was first. */
  | { kind: 'late'; answer: InboxRequest['answer'] }
  | { kind: 'withdrawn' }

export interface Notice {
  text: string
  isBad: boolean
}

interface ActionsOptions {
  client(): Client
  store: Store
  /** Says something to the person, in passing. */
  notify(notice: Notice): void
  /** A name that answers are signed with; undefined: the server says `user`. */
  name(): string | undefined
}

export const createActions = ({ client, store, notify, name }: ActionsOptions) => {
  const answers = signal<ReadonlyMap<string, AnswerState>>(new Map())
  const moved = signal<ReadonlyMap<string, TaskStatus>>(new Map())

  const setAnswer = (id: string, state: AnswerState | undefined) => {
    answers.value = changed(answers.peek(), id, state)
  }
  const setMoved = (id: string, status: TaskStatus | undefined) => {
    moved.value = changed(moved.peek(), id, status)
  }

  /** Does it, and says so where it failed. Whether it was done. */
  const attempt = async (what: string, action: () => Promise<unknown>): Promise<boolean> => {
    try {
      await action()
      return true
    } catch (error) {
      notify({ text: `${what}: ${reasonOf(error)}`, isBad: true })
      return false
    }
  }

  return {
    answers,
    moved,

    /** Answers the request that was looked at. Never shown as done before the server has said so. */
    async answer(id: string, body: AnswerInboxRequest): Promise<void> {
      if (answers.peek().get(id)?.kind === 'sending') return
      setAnswer(id, { kind: 'sending' })
      const by = name()
      try {
        await client().requests.answer(id, { ...body, ...(by !== undefined && { by }) })
        setAnswer(id, undefined)
      } catch (error) {
        const code = error instanceof MaestroError ? error.code : undefined
        if (code === 'ALREADY_ANSWERED') {
          const { answer } = await client()
            .requests.get(id)
            .catch(() => ({ answer: undefined }))
          setAnswer(id, { kind: 'late', answer })
        } else if (code === 'REQUEST_WITHDRAWN') setAnswer(id, { kind: 'withdrawn' })
        else setAnswer(id, { kind: 'failed', reason: reasonOf(error) })
      }
    },

    /** The key makes a repeat after a lost answer the same message. */
    tell: (sessionId: string, text: string, mode: 'steer' | 'queue', key: string) =>
      attempt('Not sent', () => client().messages.create(sessionId, { text, mode, key })),
    interrupt: (sessionId: string) =>
      attempt('Not interrupted', () => client().sessions.interrupt(sessionId)),
    stop: (sessionId: string) => attempt('Not stopped', () => client().sessions.stop(sessionId)),
    restart: (sessionId: string) => attempt('Not restarted', () => client().sessions.restart(sessionId)),
    deleteSession: (sessionId: string) => attempt('Not deleted', () => client().sessions.delete(sessionId)),
    /** What its agent prints, as it comes, until `signal` aborts. Throws where this server has none. */
    followOutput: (sessionId: string, options: FollowOutputOptions) =>
      client().sessions.followOutput(sessionId, options),
    /** What it has changed in its worktree, as of now: a page of files. Throws where this server cannot see that. */
    readChanges: (sessionId: string, limit: number, cursor: string | undefined) =>
      client().sessions.diff(sessionId, { limit, cursor }),
    setPermissionMode: (sessionId: string, permissionMode: PermissionMode) =>
      attempt('Not changed', () => client().sessions.update(sessionId, { permissionMode })),

    createProject: (project: { name: string; workingDir?: string }) => client().projects.create(project),
    createTask: (projectId: string, form: TaskForm) =>
      client().tasks.create({ projectId, ...newTaskOf(form) }),
    spawn: (request: SpawnSessionRequest) => client().sessions.spawn(request),
    deleteTask: (id: string) => attempt('Not deleted', () => client().tasks.delete(id)),

    /** Moves at once; goes back with a sentence where the server refuses. */
    async move(id: string, status: TaskStatus): Promise<void> {
      if (store.tasks.peek(id)?.status === status) return
      setMoved(id, status)
      const done = await attempt('Not moved', async () => {
        const task = await client().tasks.update(id, { status })
        // Its event may come a moment later: until then the card stays where it was put.
        await arrived(store, task)
      })
      if (!done || moved.peek().get(id) === status) setMoved(id, undefined)
    },

    /** The task as it is now, with the tag that a change has to show. */
    beginEdit: (id: string) => client().tasks.getTagged(id),

    /** Saves what was changed. Conflicts that only the person can decide are given back, with what to save upon then. */
    async save(id: string, before: TaskForm, mine: TaskForm, etag: string): Promise<SaveOutcome> {
      const fields = changedFields(before, mine)
      if (fields.length === 0) return { kind: 'saved' }
      const body: UpdateTaskRequest = changeOf(mine, fields)
      try {
        await client().tasks.update(id, body, { ifMatch: etag })
        return { kind: 'saved' }
      } catch (error) {
        if (!(error instanceof MaestroError) || error.code !== 'PRECONDITION_FAILED')
          return { kind: 'failed', reason: reasonOf(error) }
      }
      return this.saveUpon(id, before, mine)
    },

    /** Somebody else has changed it meanwhile: what does not contradict is joined, the rest is asked. */
    async saveUpon(id: string, before: TaskForm, mine: TaskForm): Promise<SaveOutcome> {
      try {
        const { entity, etag } = await client().tasks.getTagged(id)
        const theirs = formOf(entity)
        const conflicts = conflictsOf(before, theirs, mine)
        if (conflicts.length > 0) return { kind: 'conflict', conflicts, theirs, etag }
        await client().tasks.update(id, changeOf(mine, changedFields(before, mine)), { ifMatch: etag })
        return { kind: 'saved' }
      } catch (error) {
        return { kind: 'failed', reason: reasonOf(error) }
      }
    },
  }
}

export type SaveOutcome =
  | { kind: 'saved' }
  | { kind: 'failed'; reason: string }
  | { kind: 'conflict'; conflicts: Conflict[]; theirs: TaskForm; etag: string }

/** What went wrong, as a person reads it. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof ServerUnreachable) return 'the server did not answer; whether it was done is not known'
  return error instanceof Error ? error.message : String(error)
}

const changed = <V>(
  map: ReadonlyMap<string, V>,
  key: string,
  value: V | undefined,
): ReadonlyMap<string, V> => {
  const next = new Map(map)
  if (value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}

/** An event is waited for so long, in milliseconds. */
const maxWaitMs = 2000
const stepMs = 20

const arrived = async (store: Store, { id, updatedAt }: Task): Promise<void> => {
  for (let waited = 0; waited < maxWaitMs; waited += stepMs) {
    if ((store.tasks.peek(id)?.updatedAt ?? updatedAt) >= updatedAt) return
    await new Promise((resolve) => setTimeout(resolve, stepMs))
  }
}

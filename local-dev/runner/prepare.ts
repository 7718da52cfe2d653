/** Where a session's agent is to work: its worktree, made if need be and set up, or the project's directory. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import { homeOf } from '../lib/home'
import { reasonOf } from '../lib/reason'
import { projectSetupFile } from '../permissions/repository-file'
import { type WorktreeRecord, writeRecord } from '../worktrees/record'
import { ensureWorktree, type Worktree } from '../worktrees/worktree'
import { whileBeating } from './beat'
import { environmentOf } from './environment'
import type { LifecycleEvent } from './lifecycle'
import { sessionFolder } from './session-folder'
import { readSetup, runSetup } from './setup'
import { judgeSetup } from './setup-trust'
import type { Place, RunnerContext, TrackedSession } from './tracked'

/** Between looks at a request. */
const answerPollMs = 1000

/** Sets the place of `tracked`. Rejects once the runner detaches; what else fails is told as `start failed`. */
export const prepare = async (context: RunnerContext, tracked: TrackedSession): Promise<LifecycleEvent> => {
  const { options, signal } = context
  const { client } = options
  tracked.place = undefined
  const abandoned = new AbortController()
  tracked.abandon = () => abandoned.abort(new Error('it is no longer to be started'))
  const either = AbortSignal.any([signal, abandoned.signal])
  try {
    const { session } = tracked
    const { workingDir } = await retryTransient(() => client.projects.get(session.projectId), either)
    if (!wantsWorktree(session, options.worktree)) {
      tracked.place = { directory: workingDir, env: {} }
      return { type: 'prepared' }
    }
    return await whileBeating(client, session.id, () => prepareTree(context, tracked, workingDir, either))
  } catch (error) {
    signal.throwIfAborted()
    return { type: 'start failed', reason: `The session could not be started: ${reasonOf(error)}` }
  }
}

/** What has worked in one goes on there, whatever the runner is told now. */
const wantsWorktree = ({ worktree, workspace }: Session, byDefault: boolean): boolean =>
  workspace !== undefined || Boolean(worktree ?? byDefault)

const prepareTree = async (
  context: RunnerContext,
  tracked: TrackedSession,
  projectDir: string,
  signal: AbortSignal,
): Promise<LifecycleEvent> => {
  const { options } = context
  const { client, env } = options
  const { session } = tracked
  const home = homeOf(env)
  const made = await ensureWorktree({ home, env, session, projectDir })
  signal.throwIfAborted()
  await tell(context, tracked, made)
  const place: Place = {
    directory: made.directory,
    env: { MAESTRO_MAIN_TREE: projectDir, MAESTRO_SESSION_NUMBER: String(made.record.number) },
  }
  const note = (message: string) =>
    retryTransient(() => client.sessions.addTimeline(session.id, { type: 'progress', message }), signal)
  const conclude = async (setup: WorktreeRecord['setup'], message?: string): Promise<LifecycleEvent> => {
    if (message !== undefined) await note(message)
    await writeRecord(home, { ...made.record, setup })
    tracked.place = place
    return { type: 'prepared' }
  }
  if (made.record.setup !== undefined) {
    tracked.place = place
    return { type: 'prepared' }
  }
  const found = await readSetup(projectDir, env, made.record.base)
  if (!found)
    return conclude(
      'none',
      `The project has no ${projectSetupFile}: what git ignores, such as .env or node_modules, is not in the worktree`,
    )
  const verdict = await judgeSetup(context, tracked, { found, home, projectDir }, signal)
  if (verdict.type === 'asks') return { type: 'asks' }
  if (verdict.type === 'left out') return conclude('left out', verdict.why)
  const folder = sessionFolder(options.sessionDir, session.id)
  const problem = await runSetup({
    session,
    text: found.text,
    directory: made.directory,
    env: { ...(await environmentOf(context, session)).env, ...place.env },
    folder,
    logMaxBytes: (Number(env.MAESTRO_LOG_MAX) || Number.POSITIVE_INFINITY) * 1e6,
    signal,
  })
  return problem === undefined ? conclude('done') : { type: 'start failed', reason: problem }
}

/** The session says where it works before its agent does. */
const tell = async (
  { options: { client, report }, signal }: RunnerContext,
  tracked: TrackedSession,
  { record: { path, branch, base }, isNew, notes }: Worktree,
): Promise<void> => {
  const { id, name, workspace } = tracked.session
  if (workspace?.path !== path || workspace.branch !== branch || workspace.base !== base)
    tracked.session = await retryTransient(
      () => client.sessions.update(id, { workspace: { path, branch, base } }),
      signal,
    )
  if (!isNew) return
  report({ what: 'prepared', sessionId: id, message: `${name} gets the worktree ${path} on ${branch}` })
  for (const message of notes)
    await retryTransient(() => client.sessions.addTimeline(id, { type: 'progress', message }), signal)
}

/** Waits until what `judgeSetup` has asked is answered or withdrawn, or nobody wants to know any more. */
export const awaitAnswer = async (
  { options: { client }, signal }: RunnerContext,
  tracked: TrackedSession,
): Promise<LifecycleEvent> => {
  const abandoned = new AbortController()
  tracked.abandon = () => abandoned.abort()
  const either = AbortSignal.any([signal, abandoned.signal])
  const id = tracked.asked
  const isOpen = async () =>
    id !== undefined && (await retryTransient(() => client.requests.get(id), either)).state === 'open'
  await whileBeating(client, tracked.id, async () => {
    // One that is gone has gone with its session, which is heard of next.
    while (!either.aborted && (await isOpen().catch(() => false)))
      await sleep(answerPollMs, undefined, { signal: either }).catch(() => undefined)
  })
  signal.throwIfAborted()
  return { type: 'answered' }
}

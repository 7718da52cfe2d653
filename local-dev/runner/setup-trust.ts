/** Whether `.maestro/setup` may run: where its text is trusted. One that has changed since is asked about in the inbox. */
import type { CreateInboxRequest, InboxRequest } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import { projectSetupFile, type RepositoryFile } from '../permissions/repository-file'
import { readTrusted, trust, trustOf } from '../permissions/trusted'
import type { RunnerContext, TrackedSession } from './tracked'

type Verdict = { type: 'runs' } | { type: 'asks' } | { type: 'left out'; why: string }

interface Found {
  found: RepositoryFile
  home: string
  projectDir: string
}

const title = `${projectSetupFile} has changed since it was trusted: may it run?`
const options: CreateInboxRequest['options'] = [
  { id: 'trust', label: 'Trust it from now on', effect: 'allow_always' },
  { id: 'once', label: 'Run it this once', effect: 'allow_once' },
  { id: 'without', label: 'Start without it', effect: 'reject_once' },
]
/** A request's detail holds at most 16 KiB. */
const maxDetailBytes = 15 * 1024

export const judgeSetup = async (
  context: RunnerContext,
  tracked: TrackedSession,
  { found, home, projectDir }: Found,
  signal: AbortSignal,
): Promise<Verdict> => {
  const state = trustOf(await readTrusted(home), found)
  if (state === 'trusted') return { type: 'runs' }
  const nextStep = `maestro trust ${projectDir} shows it, and lets it run in the next worktree`
  if (state === 'untrusted')
    return { type: 'left out', why: `${projectSetupFile} is not trusted and did not run: ${nextStep}` }
  const changed = `${projectSetupFile} has changed since it was trusted and did not run: ${nextStep}`
  if (context.options.env.MAESTRO_UNATTENDED === '1') return { type: 'left out', why: changed }
  const detail = detailOf(found)
  if (detail === undefined) return { type: 'left out', why: changed }
  const request = await requestFor(context, tracked, detail, signal)
  tracked.asked = request.id
  if (request.state === 'open') return { type: 'asks' }
  const { client } = context.options
  if (request.state === 'answered') await retryTransient(() => client.requests.delivered(request.id), signal)
  const { optionId } = request.answer ?? {}
  if (optionId === 'trust') await trust(home, found, context.options.clock())
  return optionId === 'trust' || optionId === 'once'
    ? { type: 'runs' }
    : { type: 'left out', why: `${projectSetupFile} did not run: a person said so` }
}

/** All of it, or nothing is asked: nobody may agree to what is not shown. */
const detailOf = ({ repository, file, commit, text }: RepositoryFile): string | undefined => {
  const detail = `${file} in ${repository}, commit ${commit.slice(0, 12)}:\n\n${text}`
  return Buffer.byteLength(detail) <= maxDetailBytes ? detail : undefined
}

/** The one that was asked already in this run, by this runner or one before it, else a new one. */
const requestFor = async (
  { options: { client } }: RunnerContext,
  { id, session, asked }: TrackedSession,
  detail: string,
  signal: AbortSignal,
): Promise<InboxRequest> => {
  const { run = 0 } = session
  const isIt = (request: InboxRequest) =>
    request.title === title &&
    request.detail === detail &&
    request.createdAt >= run &&
    request.deliveredAt === undefined &&
    (request.state !== 'withdrawn' || request.id === asked)
  const all = await retryTransient(
    () => client.inbox.list({ sessionId: id, kind: 'approval', state: 'all' }),
    signal,
  )
  const found = all.findLast(isIt)
  if (found) return found
  const idempotencyKey = `setup-${id}-${run}-${all.length}`
  return retryTransient(
    () => client.requests.create(id, { kind: 'approval', title, detail, options }, { idempotencyKey }),
    signal,
  )
}

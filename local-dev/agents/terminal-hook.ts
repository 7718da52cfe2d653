/**
 * What an agent in a terminal says by its hooks: that it waits for a person, and that it goes on. It can be answered
 * at its terminal only, so that the request says how to get there.
 */
import { existsSync, rmSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { Client, Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'
import { privateFile } from '../../storage/drivers/files/private-files'

/** What is read of a hook's input: the field's own names. */
export const HookInput = z.looseObject({
  hook_event_name: z.string(),
  message: z.string().optional(),
  notification_type: z.string().optional(),
  tool_name: z.string().optional(),
  tool_input: z.looseObject({ command: z.string().optional(), file_path: z.string().optional() }).optional(),
  last_assistant_message: z.string().optional(),
})

type HookInput = z.infer<typeof HookInput>

interface HookContext {
  client: Client
  sessionId: string
  /** Is there while a request of this kind is open; an absolute path. */
  statePath: string
}

const State = z.object({ requestId: z.string() })

const heardPath = (statePath: string): string => join(dirname(statePath), 'hook-heard')

/** Takes one call of a hook. Nothing happens once the session has ended. */
export const handleHook = async (context: HookContext, input: HookInput): Promise<void> => {
  const { client, sessionId, statePath } = context
  await writeFile(heardPath(statePath), '', privateFile)
  const session = await client.sessions.get(sessionId)
  if (endedStatuses.includes(session.status)) return
  const name = session.agent ?? session.agentId ?? 'The agent'
  const event = input.hook_event_name
  if (event === 'PermissionRequest')
    await ask(context, 'approval', `${name} asks at its terminal: ${subjectOf(input)}`)
  else if (event === 'Notification' && !existsSync(statePath) && isWaiting(input))
    await ask(context, 'question', `${name} waits at its terminal: ${input.message ?? 'for a person'}`)
  else if (event === 'Stop') await onStop(context, session, name, input)
  else if (event === 'UserPromptSubmit' || event === 'PostToolUse') await onGoesOn(context, session)
}

/** A turn that has ended although not all is done would else be taken for work. */
const onStop = async (
  context: HookContext,
  session: Session,
  name: string,
  { last_assistant_message: lastWords }: HookInput,
): Promise<void> => {
  const tasks = await context.client.tasks.list({ sessionId: session.id })
  const open = tasks.filter(
    ({ sessionStatus }) => !['completed', 'failed', 'blocked', 'skipped'].includes(sessionStatus ?? ''),
  )
  if (open.length === 0) return withdraw(context)
  await withdraw(context)
  const count = open.length === 1 ? 'a task' : `${open.length} tasks`
  await ask(context, 'question', `${name} has ended its turn without a report on ${count}`, lastWords)
  if (session.status === 'working') await context.client.sessions.update(session.id, { status: 'idle' })
}

const onGoesOn = async (context: HookContext, session: Session): Promise<void> => {
  await withdraw(context)
  if (session.status === 'idle') await context.client.sessions.update(session.id, { status: 'working' })
}

/** Others tell what needs nobody, as a login that succeeded. */
const isWaiting = ({ notification_type: type }: HookInput): boolean =>
  type === undefined || /prompt|dialog|elicitation|needs/.test(type)

const subjectOf = ({ tool_name: tool = 'something', tool_input: input }: HookInput): string => {
  const what = input?.command ?? input?.file_path
  return what === undefined ? tool : `${tool}: ${what}`
}

const maxTitleLength = 500
const maxDetailBytes = 16 * 1024

/** Opens a request that says where to answer it, in place of an earlier one. */
const ask = async (
  context: HookContext,
  kind: 'approval' | 'question',
  text: string,
  detail?: string,
): Promise<void> => {
  await withdraw(context)
  const { client, sessionId, statePath } = context
  const where = ` (attach: maestro session attach ${sessionId})`
  const line = text.replace(/\s+/g, ' ')
  const title = `${line.slice(0, maxTitleLength - where.length)}${where}`
  const { id } = await client.requests.create(sessionId, {
    kind,
    title,
    ...(detail?.trim() && {
      detail: Buffer.from(detail)
        .subarray(0, maxDetailBytes - 4)
        .toString(),
    }),
  })
  const draft = `${statePath}.${process.pid}.tmp`
  await writeFile(draft, JSON.stringify({ requestId: id }), privateFile)
  await rename(draft, statePath)
}

const withdraw = async ({ client, statePath }: HookContext): Promise<void> => {
  const state = await readFile(statePath, 'utf8').then(
    (text) => State.safeParse(JSON.parse(text)).data,
    () => undefined,
  )
  if (!state) return
  await rm(statePath, { force: true })
  // A person may have answered it in the inbox, or the session's end has withdrawn it.
  await client.requests.withdraw(state.requestId).catch(() => undefined)
}

/** An agent that asks whether it may trust a folder does so before any hook of it is called. */
const firstHookMs = 20_000

/** Says that it waits at its terminal, where none of its hooks has been called for `firstHookMs`. */
export const watchFirstHook = (context: HookContext, name: string, exited: AbortSignal): void => {
  // Those of an earlier run.
  for (const path of [context.statePath, heardPath(context.statePath)]) rmSync(path, { force: true })
  const timer = setTimeout(() => {
    if (existsSync(heardPath(context.statePath))) return
    ask(context, 'question', `${name} has not begun: it may ask something at its terminal`).catch(
      () => undefined,
    )
  }, firstHookMs)
  exited.addEventListener('abort', () => clearTimeout(timer))
}

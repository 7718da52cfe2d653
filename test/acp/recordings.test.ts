// What real agents were heard saying, and what we said to them: each line of recordings/*.ndjson is {"in" | "out": message}.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as z from 'zod'
import {
  ConfigOptionsResponse,
  InitializeResponse,
  LoadSessionResponse,
  NewSessionResponse,
  PermissionRequest,
  PromptResponse,
  SessionNotification,
  type SessionUpdate,
  SteeringResponse,
} from '../../local-dev/acp/protocol'
import { clientProblems, updateNames } from './schema'

const folder = join(import.meta.dirname, 'recordings')
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ndjson')) : []

const Message = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
})
const Line = z.union([z.strictObject({ in: Message }), z.strictObject({ out: Message })])

const answers = new Map<string | undefined, z.ZodType>([
  ['initialize', InitializeResponse],
  ['session/new', NewSessionResponse],
  ['session/load', LoadSessionResponse],
  ['session/prompt', PromptResponse],
  ['session/set_config_option', ConfigOptionsResponse],
  ['_session/steering', SteeringResponse],
])

/** What the schema has, and could not be read as that. */
const isMisread = (update: SessionUpdate) =>
  update.sessionUpdate === 'unknown' &&
  updateNames.includes(z.looseObject({ sessionUpdate: z.string() }).parse(update.raw).sessionUpdate)

it.each(files)('%s is understood, and so are we', (name) => {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean)
  const recorded = lines.map((line) => Line.parse(JSON.parse(line)))
  const said = recorded.flatMap((line) => ('in' in line ? [line.in] : []))
  const sent = recorded.flatMap((line) => ('out' in line ? [line.out] : []))
  const asked = new Map(
    said.filter(({ method }) => method !== undefined).map(({ id, method }) => [id, method]),
  )
  expect(clientProblems(sent, (id) => asked.get(id))).toEqual([])

  /** Of ours, by id: the ids of a second process begin anew. */
  const methods = new Map<unknown, string>()
  for (const line of recorded)
    if ('out' in line) {
      if (line.out.method !== undefined) methods.set(line.out.id, line.out.method)
    } else read(line.in, methods.get(line.in.id))
})

const read = (message: z.infer<typeof Message>, answered: string | undefined) => {
  const { method, params } = message
  if (method === 'session/update') expect(isMisread(SessionNotification.parse(params).update)).toBe(false)
  else if (method === 'session/request_permission') PermissionRequest.parse(params)
  else if (method === undefined && 'result' in message) answers.get(answered)?.parse(message.result)
}

it('recordings are of handshakes at least', () => {
  for (const name of files)
    expect(readFileSync(join(folder, name), 'utf8')).toContain('"method":"initialize"')
})

// Endpoints of our own commands, beside the API and behind the same token: docs/hosted.md names them.
import { Hono } from 'hono'
import type * as z from 'zod'
import { apiError } from '../../schemas/errors'
import { RestoreRequest } from '../../schemas/restore'
import { PublishSkillRequest, TransferLine } from '../../schemas/transfer'
import { importDocuments, transferLines } from '../../storage/rules/transfer'
import { forbidden } from '../http/authorize'
import { guard } from '../http/guard'
import { respond, respondError } from '../http/respond'
import { streamOfChunks } from '../http/streamed-list'
import type { Env } from '../services/app-services'
import { isSkillId } from '../services/skills'
import type { Restore } from './restore'
import type { StoredSkills } from './skills'

/** A document can have 2 MB, twice what the API takes in a request. */
const maxBytes = 4 * 1024 * 1024

export const createInternalApp = (skills: StoredSkills, restore: Restore): Hono<Env> => {
  const app = new Hono<Env>()
  app.use(async (c, next) => {
    const refusal = await guard(c)
    if (refusal) return refusal
    if (c.get('caller').kind === 'session') throw forbidden('do that')
    return next()
  })
  app.onError((error, c) => respondError(c, error))
  app.notFound((c) => respondError(c, apiError('NOT_FOUND', `Not found: ${c.req.method} ${c.req.path}`)))

  app.get('/internal/documents', async (c) => {
    const pieces = await c.env.workspace.read((documents) => encoded(transferLines(documents)))
    return new Response(streamOfChunks(pieces), {
      headers: { 'Content-Type': 'application/x-ndjson', ...c.get('headers') },
    })
  })

  app.post('/internal/documents', async (c) => {
    const lines = (await readText(c.req.raw)).split('\n').filter((line) => line !== '')
    const documents = lines.map((line) => read(TransferLine, line))
    const options = { overwrite: c.req.query('overwrite') === '1', dryRun: c.req.query('dryRun') === '1' }
    return respond(c, await c.env.workspace.change((tx) => importDocuments(tx, documents, options)))
  })

  app.post('/internal/restore', async (c) => {
    const { workspace, dryRun } = read(RestoreRequest, await readText(c.req.raw))
    if (!dryRun) return respond(c, await restore.next(workspace))
    await restore.assertPossible(workspace)
    return respond(c, { success: true })
  })

  app.put('/internal/skills/:id', async (c) => {
    const id = c.req.param('id')
    if (!isSkillId(id)) throw apiError('VALIDATION_ERROR', `${id} cannot be the id of a skill`)
    await skills.publish({ id, ...read(PublishSkillRequest, await readText(c.req.raw)) })
    return respond(c, { success: true, id })
  })
  return app
}

const read = <T>(schema: z.ZodType<T>, text: string): T => {
  const parsed = schema.safeParse(parse(text))
  if (parsed.success) return parsed.data
  throw apiError(
    'VALIDATION_ERROR',
    `${text.slice(0, 100)} is not what is expected here: ${parsed.error.issues[0]?.message}`,
  )
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readText = async (request: Request): Promise<string> => {
  const length = Number(request.headers.get('Content-Length') ?? Number.NaN)
  if (!(length <= maxBytes))
    throw apiError('PAYLOAD_TOO_LARGE', `Send at most ${maxBytes} bytes, and their number`)
  return request.text()
}

/** The lines in pieces of some size, all at once: while they are sent, the documents may change. */
const encoded = (lines: Iterable<string>): Uint8Array[] => {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < 256 * 1024) continue
    pieces.push(encoder.encode(text))
    text = ''
  }
  return [...pieces, encoder.encode(text)]
}

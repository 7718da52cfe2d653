import { hash } from 'node:crypto'
import type { KeptAnswer } from '../../schemas/answer'
import { apiError } from '../../schemas/errors'
import { validationError } from '../../schemas/problems'
import type { Documents } from '../../storage/documents'
import { findAnswer, type Repeat } from '../../storage/rules/answers'
import type { Workspace } from '../../storage/workspace'
import type { RequestContext } from '../services/app-services'
import { respondText } from './respond'

/** 1 to 200 visible ASCII characters. */
export const idempotencyKeyPattern = '^[!-~]{1,200}$'
const goodKey = new RegExp(idempotencyKeyPattern)

/**
 * Answers a `POST` that came with an `Idempotency-Key` once: a repeat gets the kept answer and does nothing, one that
 * comes while the first is under way waits for it. Throws `VALIDATION_ERROR` for a key that is none, and
 * `IDEMPOTENCY_KEY_REUSED` for another request under the same key.
 */
export const answerOnce = (
  c: RequestContext,
  key: string,
  input: { query: unknown; body: unknown },
  run: () => Response | Promise<Response>,
): Promise<Response> => {
  if (!goodKey.test(key)) {
    const message = 'Idempotency-Key must be 1 to 200 visible ASCII characters'
    throw validationError([{ path: 'Idempotency-Key', message }])
  }
  const { workspace, clock } = c.env
  const repeat = repeatOf(c, key, input)
  return inTurn(workspace, repeat.id, async () => {
    const kept = await workspace.read((documents) => {
      const answer = findAnswer(documents, repeat.id, clock())
      return answer && { answer, body: bodyOf(answer, documents) }
    })
    if (!kept) {
      c.set('repeat', repeat)
      return run()
    }
    const { answer, body } = kept
    if (answer.content !== repeat.content) throw apiError('IDEMPOTENCY_KEY_REUSED')
    if (!body)
      throw apiError('NOT_FOUND', `What this request made is gone: there is no ${answer.entity?.id} any more`)
    return respondText(c, answer.status, body.json, { ...body.headers, 'Idempotent-Replayed': 'true' })
  })
}

/** A token is its caller's. Field by field, so that no text can be put where another one belongs. */
const repeatOf = (c: RequestContext, key: string, input: object): Repeat => ({
  id: digest([c.req.method, c.req.path, c.req.header('Authorization') ?? null, key]),
  content: digest(input),
})

const digest = (value: object): string => hash('sha256', JSON.stringify(value), 'base64url')

/** Undefined where it is to be made from an entity that is gone. */
const bodyOf = ({ json, headers, entity }: KeptAnswer, documents: Documents) => {
  if (json !== undefined) return { json, headers }
  const entry = entity && documents.get(entity.kind, entity.id)
  return entry && { json: entry.brief, headers: { ...headers, ETag: entry.etag } }
}

/** The last of those that wait or are under way, by id: a workspace has one process, so all of them are here. */
const lines = new WeakMap<Workspace, Map<string, Promise<unknown>>>()

const inTurn = async <T>(workspace: Workspace, id: string, work: () => Promise<T>): Promise<T> => {
  const line = lines.get(workspace) ?? new Map<string, Promise<unknown>>()
  lines.set(workspace, line)
  const done = (line.get(id) ?? Promise.resolve()).then(work)
  const settled = done.catch(() => undefined)
  line.set(id, settled)
  try {
    return await done
  } finally {
    if (line.get(id) === settled) line.delete(id)
  }
}

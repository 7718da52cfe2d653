import { type ErrorCode, type ErrorResponse, errors } from '../../schemas/errors'
import { keepsAnswers, type Operation } from '../http/operation'
import type { Answer, OpenApiDocument } from './openapi-types'

/** Every error that an operation can give: its own, and those that come with what kind of operation it is. */
export const errorCodesOf = ({ definition }: Operation): Set<ErrorCode> =>
  new Set<ErrorCode>([
    'UNAUTHORIZED',
    'FORBIDDEN',
    // To the token of an earlier run of its session.
    'SESSION_ENDED',
    'INTERNAL_ERROR',
    ...(definition.body ? (['VALIDATION_ERROR', 'PAYLOAD_TOO_LARGE'] as const) : []),
    ...(definition.query && 'limit' in definition.query.shape ? (['VALIDATION_ERROR'] as const) : []),
    // What is read by its id may be there, and not be readable now.
    ...(definition.method !== 'GET' || definition.path.includes(':')
      ? (['STORAGE_UNAVAILABLE'] as const)
      : []),
    ...(keepsAnswers(definition) ? ofRepeats : []),
    ...(definition.errors ?? []),
  ])

/** A wrong key, one that came with another request, and one whose entity is gone. */
const ofRepeats = ['VALIDATION_ERROR', 'IDEMPOTENCY_KEY_REUSED', 'NOT_FOUND'] as const

/** The answers with these errors, by status: the codes in the order of the table of errors. */
export const errorAnswers = (codes: ReadonlySet<ErrorCode>): Record<string, Answer> => {
  const answers: Record<string, Answer> = {}
  for (const [status, ofStatus] of byStatus(allCodes().filter((code) => codes.has(code))))
    answers[status] = {
      description: ofStatus.join(', '),
      headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
      content: {
        'application/json': {
          schema: {
            $ref: '#/components/schemas/ErrorResponse',
            properties: { code: { enum: ofStatus } },
          },
          examples: Object.fromEntries(
            ofStatus.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
          ),
        },
      },
    }
  return answers
}

/** One example for each error, by its code. */
export const errorExamples = (): OpenApiDocument['components']['examples'] =>
  Object.fromEntries(
    allCodes().map((code) => [code, { summary: errors[code].message, value: exampleOf(code) }]),
  )

const exampleOf = (code: ErrorCode): ErrorResponse => ({
  error: true,
  code,
  message: errors[code].message,
  ...exampleDetails[code],
})

/** The shapes of the errors that carry more than their message. */
const exampleDetails: Partial<Record<ErrorCode, Pick<ErrorResponse, 'message' | 'details'>>> = {
  VALIDATION_ERROR: {
    message: 'title is required',
    details: { issues: [{ path: 'title', message: 'title is required' }] },
  },
  PRECONDITION_FAILED: { message: errors.PRECONDITION_FAILED.message, details: { etag: '"1k2j3h4g5f"' } },
  task_not_found: {
    message: 'Task task_1738713700000_p9q2r5t8w not found',
    details: { taskId: 'task_1738713700000_p9q2r5t8w' },
  },
}

const isCode = (word: string): word is ErrorCode => word in errors

const allCodes = (): ErrorCode[] => Object.keys(errors).filter(isCode)

const byStatus = (codes: readonly ErrorCode[]): Map<number, ErrorCode[]> => {
  const groups = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const { status } = errors[code]
    groups.set(status, [...(groups.get(status) ?? []), code])
  }
  return groups
}

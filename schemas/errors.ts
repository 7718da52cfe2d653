import * as z from 'zod'

/** Every error the API can answer with: its status, and its default message. */
export const errors = {
  VALIDATION_ERROR: { status: 400, message: 'The request is not valid' },
  PROJECT_HAS_DEPENDENCIES: { status: 400, message: 'Cannot delete project with existing tasks or sessions' },
  UNAUTHORIZED: { status: 401, message: 'A valid token is required: send "Authorization: Bearer <token>"' },
  FORBIDDEN: { status: 403, message: 'This caller may not use the server' },
  PROJECT_NOT_FOUND: { status: 404, message: 'Project not found' },
  TASK_NOT_FOUND: { status: 404, message: 'Task not found' },
  SESSION_NOT_FOUND: { status: 404, message: 'Session not found' },
  NOT_FOUND: { status: 404, message: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'Method not allowed' },
  CONFLICT: { status: 409, message: 'A resource with this id already exists: choose another id' },
  SESSION_ENDED: { status: 409, message: 'The session has ended: restart it, or spawn another' },
  ALREADY_ANSWERED: { status: 409, message: 'Somebody has answered this already: the first answer counts' },
  REQUEST_WITHDRAWN: { status: 409, message: 'This was withdrawn: nobody waits for an answer any more' },
  TASK_CLAIMED: { status: 409, message: 'Another session has claimed this task: claim another one' },
  TASK_NOT_READY: { status: 409, message: 'This task cannot be started yet' },
  STALE_CLAIM: {
    status: 409,
    message: 'The session does not hold this claim any more: stop the work on it, and claim a task',
  },
  INVALID_STATE: { status: 409, message: 'This cannot be done in the present state' },
  TOO_MANY_CHILDREN: {
    status: 409,
    message: 'The session has as many living sessions of its own as it may: wait until one ends, or stop one',
  },
  PRECONDITION_FAILED: {
    status: 412,
    message: 'The resource has changed since you read it: read it again, then repeat your change',
  },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large' },
  RANGE_NOT_SATISFIABLE: { status: 416, message: 'There is nothing in that range yet' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    message: 'This Idempotency-Key came with another request before: give each request a key of its own',
  },
  BUSINESS_RULE_ERROR: {
    status: 422,
    message:
      'The request would break a rule, such as that no task waits for itself: change it, then send it again',
  },
  HEADERS_TOO_LARGE: { status: 431, message: 'The headers are larger than 64 KiB' },
  RATE_LIMITED: { status: 429, message: 'Too many requests: wait, then try again' },
  INTERNAL_ERROR: { status: 500, message: 'Internal server error' },
  CONFIG_ERROR: { status: 500, message: 'The configuration cannot be used' },
  SKILL_LOAD_ERROR: { status: 500, message: 'The skill cannot be loaded' },
  NOT_IMPLEMENTED: { status: 501, message: 'Reload not supported' },
  STORAGE_UNAVAILABLE: { status: 503, message: 'The change could not be stored. Nothing was changed' },
  missing_project_id: { status: 400, message: 'projectId is required' },
  invalid_task_ids: { status: 400, message: 'taskIds must be a non-empty array' },
  invalid_spawn_source: { status: 400, message: 'spawnSource must be "ui" or "session"' },
  missing_session_id: { status: 400, message: 'sessionId is required when spawnSource is "session"' },
  invalid_role: { status: 400, message: 'role must be "worker" or "orchestrator"' },
  invalid_strategy: { status: 400, message: 'strategy must be "simple", "queue", or "tree"' },
  task_not_found: { status: 404, message: 'Task not found' },
  project_not_found: { status: 404, message: 'Project not found' },
  parent_session_not_found: { status: 404, message: 'Parent session not found' },
  manifest_generation_failed: { status: 500, message: 'Failed to generate manifest' },
  spawn_error: { status: 500, message: 'The session could not be spawned' },
} as const satisfies Record<string, { status: number; message: string }>

export type ErrorCode = keyof typeof errors

export const ErrorResponse = z
  .object({
    error: z.literal(true).meta({ description: 'Always true', examples: [true] }),
    code: z.string().meta({ description: 'What went wrong, for programs', examples: ['TASK_NOT_FOUND'] }),
    message: z.string().meta({ description: 'What went wrong, for people', examples: ['Task not found'] }),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'More about it', examples: [{ taskId: 'task_1738713700000_p9q2r5t8w' }] }),
  })
  .meta({ title: 'ErrorResponse', description: 'Every error of the API' })

export type ErrorResponse = z.infer<typeof ErrorResponse>

/** An error that is sent to the caller as it is. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = errors[code].status
    this.details = details
  }
}

/** Makes an error of the API: a code of the table, its default message unless another is given, and details. */
export const apiError = (
  code: ErrorCode,
  message: string = errors[code].message,
  details?: Record<string, unknown>,
) => new ApiError(code, message, details)

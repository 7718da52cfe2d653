import { SessionDiff } from '../../schemas/diff'
import { apiError } from '../../schemas/errors'
import { DiffQuery, defaultDiffLimit, diffCursorOf } from '../../schemas/queries'
import { findSession, readerOf } from '../../storage/rules/find'
import { operation } from '../http/operation'
import { respondText } from '../http/respond'
import { onRunnersMachine } from './on-runners-machine'

export const getDiff = operation({
  method: 'GET',
  path: '/api/sessions/:id/diff',
  name: 'sessions.diff',
  sessionAccess: 'read',
  summary: 'Read what a session has changed in its worktree',
  description:
    'By file, against the commit that it began from, committed or not, where this server runs on the machine of its runner. A patch is cut after 256 KiB, a page after 4 MiB: X-Next-Cursor says where to go on.',
  query: DiffQuery,
  answers: { status: 200, schema: SessionDiff },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'INVALID_STATE', 'NOT_IMPLEMENTED'],
  example: ({ spawnedSession }) => ({ params: { id: spawnedSession }, query: { limit: 100 } }),
  run: async (c, { params: { id }, query: { limit = defaultDiffLimit, cursor, stat } }) => {
    const session = await c.env.workspace.read((documents) =>
      findSession(readerOf(documents), id, 'NOT_FOUND'),
    )
    const diffs = onRunnersMachine(c, session, c.env.diffs, {
      somewhere: `This server has no worktrees: that of session ${id} is on the machine of its runner`,
      on: (host) =>
        `The worktree of session ${id} is on ${host}: "maestro session diff ${id}" shows it there`,
    })
    const found = await diffs.read(session, { limit, after: cursor, stat: stat === '1' })
    if (!found) throw apiError('NOT_FOUND', 'Worktree not found', { sessionId: id })
    const { next, ...diff } = found
    const nextCursor = next === undefined ? undefined : diffCursorOf(next)
    return respondText(c, 200, JSON.stringify({ ...diff, nextCursor }), {
      'X-Total-Count': String(diff.total),
      ...(nextCursor !== undefined && { 'X-Next-Cursor': nextCursor }),
    })
  },
})

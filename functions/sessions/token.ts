import { SessionToken } from '../../schemas/responses'
import { runOf } from '../../storage/rules/callers'
import { readerOf } from '../../storage/rules/find'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const getSessionToken = operation({
  method: 'POST',
  path: '/api/sessions/:id/token',
  name: 'sessions.token',
  sessionAccess: 'person',
  ownPagesOnly: true,
  summary: 'Get the token of a session’s agent',
  description:
    'What the agent may do with it is less than everything: it works on its own session and in its project. It is kept nowhere; a restart of the session makes it void.',
  answers: { status: 200, schema: SessionToken },
  answersSecret: true,
  errors: ['NOT_FOUND', 'STORAGE_UNAVAILABLE'],
  example: ({ spawnedSession }) => ({ params: { id: spawnedSession } }),
  run: async (c, { params: { id: sessionId } }) => {
    const run = await c.env.workspace.read((documents) => runOf(readerOf(documents), sessionId))
    return respond(c, { token: await c.env.sessionTokens.issue({ sessionId, run }) })
  },
})

import { apiError } from '../../schemas/errors'
import { OutputQuery } from '../../schemas/queries'
import { Output } from '../../schemas/responses'
import { findSession, readerOf } from '../../storage/rules/find'
import { byteRangeOf } from '../http/byte-range'
import { operation } from '../http/operation'
import { growingOutput, outputBody } from '../http/output-body'
import { onRunnersMachine } from './on-runners-machine'

/** A longer part is answered in part. */
const maxRangeBytes = 4 * 1024 * 1024

export const getOutput = operation({
  method: 'GET',
  path: '/api/sessions/:id/output',
  name: 'sessions.output',
  sessionAccess: 'read',
  summary: 'Read what a session’s agent has printed',
  description:
    'As it was printed, colours and all, where this server runs on the machine of its runner. It is cut in the middle when it gets too long. With follow=1 what comes is sent as well, until the session has ended.',
  query: OutputQuery,
  answers: { status: 200, schema: Output, type: 'text/plain', ranges: true },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'RANGE_NOT_SATISFIABLE', 'NOT_IMPLEMENTED'],
  example: ({ spawnedSession }) => ({ params: { id: spawnedSession } }),
  run: async (c, { params: { id }, query }) => {
    const session = await c.env.workspace.read((documents) =>
      findSession(readerOf(documents), id, 'NOT_FOUND'),
    )
    const outputs = onRunnersMachine(c, session, c.env.outputs, {
      somewhere: `This server runs no agents: what session ${id} prints is on the machine of its runner`,
      on: (host) => `What session ${id} prints is on ${host}: "maestro session watch ${id}" shows it there`,
    })
    const size = await outputs.size(id)
    const range = byteRangeOf(c.req.header('Range'), size)
    const headers = {
      ...c.get('headers'),
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Accept-Ranges': 'bytes',
    }
    const isHead = c.req.method === 'HEAD'
    if (query.follow === '1') {
      const from = range === 'unsatisfiable' ? size : (range?.from ?? 0)
      return new Response(isHead ? null : growingOutput(c.env, outputs, id, from), { headers })
    }
    if (range === 'unsatisfiable')
      throw apiError('RANGE_NOT_SATISFIABLE', `There are ${size} bytes so far`, { size })
    if (!range)
      return new Response(isHead ? null : outputBody(outputs, id, { from: 0, to: size }), { headers })
    const part = await outputs.read(id, range.from, Math.min(range.to - range.from, maxRangeBytes))
    const contentRange = `bytes ${range.from}-${range.from + part.length - 1}/${size}`
    return new Response(isHead ? null : part, {
      status: 206,
      headers: { ...headers, 'Content-Range': contentRange },
    })
  },
})

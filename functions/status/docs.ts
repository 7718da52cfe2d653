import { ReferencePage } from '../../schemas/responses'
import { operation } from '../http/operation'
import { respondText } from '../http/respond'

export const docs = operation({
  method: 'GET',
  path: '/docs',
  name: 'server.docs',
  sessionAccess: 'read',
  summary: 'Read this reference as a page',
  answers: { status: 200, schema: ReferencePage, type: 'text/html' },
  example: () => ({}),
  run: async (c) => {
    const { html, policy } = await c.env.reference.page()
    return respondText(c, 200, html, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
    })
  },
})

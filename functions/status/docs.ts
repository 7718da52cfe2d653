import * as z from 'zod'
import type { Route } from '../app'
import { type Endpoint, endpoint } from '../http/operation'
import { respondText } from '../http/respond'
import { createDocument } from '../openapi/document'
import type { Page } from '../openapi/page'

const PageText = z.string().meta({ description: 'A page that loads nothing else' })

/** The reference of the routes for people; made when it is first asked for, and kept. */
export const docs = (routes: () => readonly Route[]): Endpoint => {
  let page: Promise<Page> | undefined
  return endpoint(
    {
      summary: 'Read this reference as a page',
      answers: { status: 200, schema: PageText, type: 'text/html' },
    },
    async (c) => {
      const { version, config } = c.env
      page ??= import('../openapi/page').then(({ renderPage }) =>
        renderPage(createDocument(routes(), version), config.serverUrl),
      )
      const { html, policy } = await page
      return respondText(c, 200, html, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
      })
    },
  )
}

import * as z from 'zod'
import { answerText } from '../answers'
import type { Route } from '../app'
import { type Endpoint, endpoint } from '../endpoint'
import { createDocument } from './document'
import type { Page } from './page'

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
      page ??= import('./page').then(({ renderPage }) =>
        renderPage(createDocument(routes(), version), config.serverUrl),
      )
      const { html, policy } = await page
      return answerText(c, 200, html, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
      })
    },
  )
}

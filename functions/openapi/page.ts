/** The API reference as a page that needs nothing but itself, made from the OpenAPI document. */
import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { OpenApiDocument } from './openapi-types'
import { operationPiece } from './page-operation'
import type { Piece } from './page-schema'
import { errorSection, eventSection, schemaSection, textPiece } from './page-sections'
import { script, style } from './page-style'

export interface Page {
  html: string
  /** The `Content-Security-Policy` that lets it be what it is, and no more. */
  policy: string
}

/** Renders the page. `address`: where the server is, for the examples. */
export const renderPage = async (document: OpenApiDocument, address: string): Promise<Page> => ({
  html: `${await pagePiece(document, address)}`,
  policy: [
    "default-src 'none'",
    `style-src 'sha256-${digest(style)}'`,
    `script-src 'sha256-${digest(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
})

const digest = (text: string) => createHash('sha256').update(text).digest('base64')

const pagePiece = (document: OpenApiDocument, address: string): Piece => {
  const { title, version, description } = document.info
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: API reference</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style>
</head>
<body>
<nav>
<input type="search" placeholder="Search ( / )" aria-label="Search">
${navigation(document)}
</nav>
<main>
<h1>${title} <small>${version}</small></h1>
<p>The same as an <a href="/openapi.json">OpenAPI 3.1 document</a>. What is marked <b>*</b> must be there.</p>
<section>${textPiece(description)}</section>
${document.tags.map(({ name }) => endpointSection(document, name, address))}
${eventSection(document)}
${schemaSection(document)}
${errorSection(document)}
</main>
<script>${raw(script)}</script>
</body>
</html>
`
}

const navigation = (document: OpenApiDocument): Piece =>
  html`${document.tags.map(
    ({ name }) =>
      html`<h2>${name}</h2>${operationsOf(document, name).map(
        ({ method, path, operation }) =>
          html`<a href="#${operation.operationId}" title="${operation.summary}"><b class="method ${method}">${method.toUpperCase()}</b>${shortPath(path)}</a>`,
      )}`,
  )}<h2>And</h2><a href="#events">Events</a><a href="#schemas">Schemas</a><a href="#errors">Errors</a>`

/** `/api` goes without saying. */
const shortPath = (path: string) => path.replace(/^\/api/, '').replace(/\{(\w+)\}/g, ':$1')

const endpointSection = (document: OpenApiDocument, tag: string, address: string): Piece =>
  html`<section><h2>${tag}</h2>${operationsOf(document, tag).map((operation) =>
    operationPiece(document, { ...operation, address }),
  )}</section>`

const operationsOf = ({ paths }: OpenApiDocument, tag: string) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags.includes(tag) ? [{ method, path, operation }] : [],
    ),
  )

import { html } from 'hono/html'
import { errors } from '../../schemas/errors'
import { exampleOf } from '../../schemas/json-examples'
import type { OpenApiDocument } from './openapi-types'
import { jsonBlock, type Piece, propertyTable, titleIn, typeText } from './page-schema'

export const eventSection = ({
  webhooks,
}: OpenApiDocument): Piece => html`<section id="events"><h2>Events</h2>
<table>${Object.entries(webhooks).map(([name, { post }]) => {
  const data = post.requestBody.content['application/json']?.schema.properties?.data
  return html`<tr id="${name}"><td>${name}</td><td>${typeof data === 'object' ? typeText(data) : ''}</td><td>${post.description}</td></tr>`
})}</table></section>`

/** `CreateTaskRequest`, but not the entity `Request`. */
const isBody = (title: string) => /.Request$/.test(title)

/** The schemas that are not shown with the one endpoint which takes them. */
export const schemaSection = ({ components: { schemas } }: OpenApiDocument): Piece =>
  html`<section id="schemas"><h2>Schemas</h2>${Object.entries(schemas)
    .filter(([title]) => !isBody(title))
    .map(
      ([title, schema]) => html`<details class="entry" id="${title}">
<summary><code>${title}</code> <span>${schema.description}</span></summary>
${propertyTable(schema)}
<h4>Example</h4>
${jsonBlock(exampleOf(schema, (ref) => schemas[titleIn(ref)]))}
</details>`,
    )}</section>`

export const errorSection = ({ components: { examples } }: OpenApiDocument): Piece =>
  html`<section id="errors"><h2>Errors</h2>
<table>${Object.entries(errors).map(
    ([code, { status }]) =>
      html`<tr id="${code}"><td>${code}</td><td>${status}</td><td>${examples[code]?.summary ?? ''}</td></tr>`,
  )}</table></section>`

/** A text of paragraphs, headings (`## …`) and code (between backticks). */
export const textPiece = (markdown: string): Piece =>
  html`${markdown.split('\n\n').map((block) => {
    const [, heading] = /^## (.*)/.exec(block) ?? []
    return heading === undefined ? html`<p>${inline(block)}</p>` : html`<h2>${heading}</h2>`
  })}`

const inline = (text: string): Piece[] =>
  text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))

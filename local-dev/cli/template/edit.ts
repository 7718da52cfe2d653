import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { MaestroError } from '../../../functions/client/client'
import { decodeUtf8 } from '../../lib/utf8'
import { defineCommand } from '../command'
import { sentence } from '../format'
import { editText } from './editor'

export const command = defineCommand({
  about: 'Change the text of a template: in $VISUAL or $EDITOR, or to the content of a file',
  example: 'maestro template edit tmpl_1 --file worker.md',
  ids: { id: 'template' },
  args: {
    id: { type: 'positional', description: 'The template', required: true },
    file: {
      type: 'string',
      valueHint: 'FILE',
      description: 'Take the text from this file; -: from standard input',
    },
  },
  async run({ client, args }) {
    const { entity, etag } = await client.templates.getTagged(args.id)
    const edited = args.file === undefined ? await editText(entity.content, `${entity.id}.md`) : undefined
    const content = edited ? edited.text : await read(args.file ?? '-')
    if (content === entity.content) {
      await edited?.remove()
      return { json: entity, text: sentence(`Nothing changed in ${entity.id}: ${entity.name}`) }
    }
    try {
      // Optimistic locking: somebody may have changed it while the editor was open.
      const template = await client.templates.update(entity.id, { content }, { ifMatch: etag })
      await edited?.remove()
      return { json: template, text: sentence(`Changed ${template.id}: ${template.name}`) }
    } catch (error) {
      throw edited ? withPath(error, edited.path) : error
    }
  },
})

const read = async (file: string): Promise<string> =>
  file === '-'
    ? decodeUtf8(await buffer(process.stdin), 'Standard input')
    : decodeUtf8(await readFile(file), file)

/** The text is not lost where the server refuses it. */
const withPath = (error: unknown, path: string): unknown => {
  if (!(error instanceof Error)) return error
  const message = `${error.message}. Your text is in ${path}`
  if (error instanceof MaestroError) return new MaestroError(error.status, error.code, message, error.details)
  error.message = message
  return error
}

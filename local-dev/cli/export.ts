import { openPlace, showProgress } from '../transfer/open-place'
import { exportTo } from '../transfer/transfer'
import { defineCommand } from './command'

export const command = defineCommand({
  about: 'Write a workspace into a file, one document a line',
  example: 'maestro export ~/.maestro/data workspace.ndjson',
  args: {
    place: {
      type: 'positional',
      description: 'A data directory that no server uses, or the address of a hosted server',
      required: true,
    },
    file: { type: 'positional', description: 'The file to write', required: true },
  },
  async run({ args }) {
    const place = await openPlace(args.place)
    try {
      const documents = await exportTo(place, args.file, showProgress)
      return { json: { documents, file: args.file }, text: `${documents} documents are in ${args.file}` }
    } finally {
      await place.close()
    }
  },
})

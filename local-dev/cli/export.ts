import { openLocation, showProgress } from '../transfer/open-location'
import { exportTo } from '../transfer/transfer'
import { defineCommand } from './command'

export const command = defineCommand({
  about: 'Export a workspace to a file, one document per line',
  example: 'maestro export ~/.maestro/data workspace.ndjson',
  args: {
    location: {
      type: 'positional',
      description: 'A data directory that no server uses, or the address of a hosted server',
      required: true,
    },
    file: { type: 'positional', description: 'The file to write', required: true },
  },
  async run({ args }) {
    const location = await openLocation(args.location)
    try {
      const documents = await exportTo(location, args.file, showProgress)
      return { json: { documents, file: args.file }, text: `Exported ${documents} documents to ${args.file}` }
    } finally {
      await location.close()
    }
  },
})

import { openLocation, showProgress } from '../transfer/open-location'
import { openTarget } from '../transfer/target'
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
    file: {
      type: 'positional',
      description: 'The file to write, which appears when it is complete; -: standard output',
      required: true,
    },
  },
  async run({ args }) {
    const target = await openTarget(args.file)
    const location = await openLocation(args.location, 'export')
    try {
      const documents = await exportTo(location, target, showProgress)
      const text = `Exported ${documents} documents to ${args.file}`
      if (target.isFile) return { json: { documents, file: args.file }, text }
      // Standard output may be where the documents went.
      process.stderr.write(`${text}\n`)
      return undefined
    } finally {
      await location.close()
    }
  },
})

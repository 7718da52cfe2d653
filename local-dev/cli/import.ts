import { openPlace, showProgress } from '../transfer/open-place'
import { importFrom } from '../transfer/transfer'
import { defineCommand } from './command'

export const command = defineCommand({
  about: 'Put the documents of a file into a workspace; the same again goes on where it stopped',
  example: 'maestro import workspace.ndjson https://maestro.example.com --dry-run',
  args: {
    file: { type: 'positional', description: 'The file that export wrote', required: true },
    place: {
      type: 'positional',
      description: 'A data directory that no server uses, or the address of a hosted server',
      required: true,
    },
    'dry-run': { type: 'boolean', description: 'Say what would happen, and change nothing' },
    overwrite: { type: 'boolean', description: 'Replace documents that are there and differ' },
  },
  async run({ args }) {
    const dryRun = args['dry-run'] === true
    const place = await openPlace(args.place)
    try {
      const result = await importFrom(
        args.file,
        place,
        { overwrite: args.overwrite === true, dryRun },
        showProgress,
      )
      const { stored, unchanged, conflicts } = result
      if (conflicts.length > 0) process.exitCode = 1
      return {
        json: result,
        text: [
          `${stored} ${dryRun ? 'would be stored' : 'stored'}, ${unchanged} there already, ${conflicts.length} in conflict`,
          ...conflicts.map((key) => `conflict: ${key} is there and differs; --overwrite replaces it`),
        ].join('\n'),
      }
    } finally {
      await place.close()
    }
  },
})

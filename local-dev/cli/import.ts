import { openLocation, showProgress } from '../transfer/open-location'
import { importFrom } from '../transfer/transfer'
import { defineCommand } from './command'

export const command = defineCommand({
  about: 'Import an exported file into a workspace; run it again to resume',
  example: 'maestro import workspace.ndjson https://maestro.example.com --dry-run',
  args: {
    file: {
      type: 'positional',
      description: 'The file that export wrote; -: standard input',
      required: true,
    },
    location: {
      type: 'positional',
      description: 'A data directory that no server uses, or the address of a hosted server',
      required: true,
    },
    'dry-run': { type: 'boolean', description: 'Show what would happen, without changing anything' },
    overwrite: { type: 'boolean', description: 'Replace documents that exist already and differ' },
  },
  async run({ args }) {
    const dryRun = args['dry-run'] === true
    const result = await importFrom(
      args.file,
      () => openLocation(args.location, dryRun ? 'dry run' : 'import'),
      { overwrite: args.overwrite === true, dryRun },
      showProgress,
    )
    const { stored, unchanged, conflicts } = result
    return {
      exitCode: conflicts.length > 0 ? 1 : 0,
      json: result,
      text: [
        `${stored} ${dryRun ? 'would be stored' : 'stored'}, ${unchanged} unchanged, ${conflicts.length} in conflict`,
        ...conflicts.map((key) => `conflict: ${key} exists already and differs; --overwrite replaces it`),
      ].join('\n'),
    }
  },
})

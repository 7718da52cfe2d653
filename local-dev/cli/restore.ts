import { createRequests } from '../../functions/client/requests'
import { RestoreProgress } from '../../schemas/restore'
import { showProgress } from '../transfer/open-location'
import { defineCommand } from './command'
import { UsageError } from './exit'

export const command = defineCommand({
  about: 'Restore a hosted workspace that was lost from its copy in Workers KV',
  example: 'maestro restore kv:default --confirm',
  args: {
    from: { type: 'positional', description: 'kv:WORKSPACE: the copy of that workspace', required: true },
    confirm: {
      type: 'boolean',
      description: 'Do it: without this, it is only checked whether it can be done',
    },
  },
  async run({ args, environment: { serverUrl, token } }) {
    const workspace = /^kv:(.+)$/.exec(args.from)?.[1]
    if (workspace === undefined)
      throw new UsageError(`Restore from what? "${args.from}" is not kv: and the name of a workspace`)
    const requests = createRequests({ url: serverUrl, token })
    const ask = async (dryRun: boolean): Promise<unknown> => {
      const body = { workspace, dryRun }
      return (await requests.answer<unknown>('POST', '/internal/restore', { body })).body
    }
    await ask(true)
    if (args.confirm !== true) throw new UsageError(`kv:${workspace} can be restored: add --confirm to do it`)
    for (;;) {
      const progress = RestoreProgress.parse(await ask(false))
      if (progress.done) return { json: progress, text: textOf(progress) }
      showProgress(progress.documents)
    }
  },
})

const textOf = ({ documents, refused, completeTo, lastEvent }: RestoreProgress) =>
  [
    `Restored ${documents} documents`,
    completeTo === null || lastEvent === null
      ? 'Which changes the copy lacks is not known: it was made by an earlier version'
      : `They have all changes up to event ${completeTo}. ${lacking(completeTo, lastEvent)}`,
    ...refused.map(({ key, reason }) => `Not restored: ${key}: ${reason}`),
  ].join('\n')

const lacking = (completeTo: number, lastEvent: number) =>
  completeTo === lastEvent
    ? 'The copy knows of no later ones; what came within its last seconds may be missing'
    : `Of those from ${completeTo + 1} to ${lastEvent}, the last that the copy knows of, some may be missing, and what came later`

import { counted } from '../../lib/counted'
import { homeOf } from '../../lib/home'
import { mergeSession } from '../../worktrees/merge'
import { defineCommand } from '../command'
import { sentence } from '../format'
import { requireTreeHere } from './tree'

export const command = defineCommand({
  about:
    'Merge what a session has committed into the branch that it began from; a conflict changes nothing and names the files',
  example: 'maestro session merge sess_1 --squash',
  args: {
    id: { type: 'positional', required: true, description: 'The session' },
    squash: { type: 'boolean', description: 'As one commit' },
    into: { type: 'string', valueHint: 'BRANCH', description: 'Into this branch instead' },
  },
  ids: { id: 'session' },
  async run({ client, args, variables, note, signal }) {
    const session = await client.sessions.get(args.id)
    const tree = await requireTreeHere(session, variables)
    const merged = await mergeSession(tree, {
      home: homeOf(variables),
      env: variables,
      into: args.into,
      squash: args.squash ?? false,
      title: session.name,
      signal,
    })
    const { branch, into, from, to, files, tree: where } = merged
    const text =
      from === to
        ? `Nothing to merge: all of ${branch} is in ${into}`
        : `Merged ${branch} into ${into}: ${counted(files, 'files')}, ${from.slice(0, 12)} to ${to.slice(0, 12)}${where === undefined ? '' : `, and in ${where}`}`
    for (const left of merged.notes ?? []) note(sentence(left))
    return { json: { sessionId: session.id, ...merged }, text: sentence(text) }
  },
})

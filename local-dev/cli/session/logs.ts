import { createLogLines } from '../../runner/log-reader'
import { wholeNumber } from '../arguments'
import { defineCommand } from '../command'
import { beginningOfLast, outputSource } from './output'
import { reasonsOfWaiting } from './waiting'

export const command = defineCommand({
  about: "Show what a session's agent has printed, without its colours, or with --follow also what comes",
  example: 'maestro session logs sess_1 --last 50 -f',
  args: {
    id: { type: 'positional', required: true, description: 'The session' },
    last: { type: 'string', valueHint: 'NUMBER', description: 'Only so many of its last lines' },
    follow: {
      type: 'boolean',
      alias: 'f',
      description: 'Go on with what comes, until the session has ended',
    },
  },
  ids: { id: 'session' },
  async run(context) {
    const { args, client, json, print, note, signal } = context
    const lastCount = args.last === undefined ? undefined : wholeNumber('--last', args.last, 1e9)
    const session = await client.sessions.get(args.id)
    const source = await outputSource(context, session.id)
    const lines = createLogLines()
    const show = (line: string) => print(json ? JSON.stringify({ output: line }) : line)
    const write = (bytes: Uint8Array) => {
      for (const line of lines.write(bytes)) show(line)
    }
    let position = lastCount === undefined ? 0 : await beginningOfLast(source, lastCount)
    while (!signal.aborted) {
      const { bytes } = await source.part(position)
      if (bytes.length === 0) break
      position += bytes.length
      write(bytes)
    }
    if (position === 0) {
      const reason = (await reasonsOfWaiting(client, [session])).get(session.id)
      note(`${session.id} has printed nothing yet${reason === undefined ? '' : `: ${reason}`}`)
    }
    if (args.follow) await source.follow(position, write)
    for (const line of lines.end()) show(line)
    return undefined
  },
})

import { HookInput, handleHook } from '../agents/terminal-hook'
import { defineCommand } from './command'
import { ownSession } from './environment'

/** Agents call it by their hooks. What it printed would be taken for an instruction, and a failure for one of theirs. */
export const command = defineCommand({
  about: 'What an agent in a terminal calls when it waits for a person, and when it goes on',
  example: "maestro hook '/sessions/sess_1/hook.json' < event.json",
  args: {
    state: {
      type: 'positional',
      required: true,
      valueHint: 'FILE',
      description: 'Is there while it waits',
    },
  },
  async run({ args, client, environment, readText }) {
    try {
      const input = HookInput.parse(JSON.parse(await readText('-', 'input')))
      await handleHook({ client, sessionId: ownSession(environment), statePath: args.state }, input)
    } catch {
      // The agent works on, whatever becomes of the note.
    }
    return undefined
  },
})

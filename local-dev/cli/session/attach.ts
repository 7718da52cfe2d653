import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { claimOf } from '../../runner/claim'
import { isInTmux, tmuxSocket } from '../../runner/process/tmux'
import { defineCommand } from '../command'

export const command = defineCommand({
  about: "Attach to the session's terminal, where maestro run started it in tmux",
  example: 'maestro session attach sess_1',
  ids: { id: 'session' },
  args: {
    id: { type: 'positional', required: true, valueHint: 'SESSION', description: 'Id of the session' },
  },
  async run({ args, client }) {
    const session = await client.sessions.get(args.id)
    const claim = claimOf(session)
    if (!claim)
      throw new Error(`No "maestro run" has started ${session.id}: the session is ${session.status}`)
    // A machine may have got another name meanwhile: what runs here is here.
    const isOpenHere = await isInTmux(session.id)
    if (claim.host !== hostname() && !isOpenHere)
      throw new Error(`${session.id} runs on ${claim.host}: attach there`)
    if (!claim.tmux)
      throw new Error(`${session.id} has no terminal: maestro session watch ${session.id} shows its output`)
    if (!isOpenHere && endedStatuses.includes(session.status))
      throw new Error(`The terminal of ${session.id} is closed: the session is ${session.status}`)
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw new Error(
        `Attaching needs a terminal, and this is none: maestro session watch ${session.id} shows its output`,
      )
    const code = await new Promise<number | null>((resolve, reject) => {
      // Not where the claim says: anybody who may call the API can write that. Inside another tmux it would refuse.
      const env = { ...process.env, TMUX: '' }
      const child = spawn('tmux', ['-L', tmuxSocket, 'attach-session', '-t', `=${session.id}`], {
        env,
        stdio: 'inherit',
      })
      child.once('error', reject)
      child.once('exit', resolve)
    })
    if (code === 0) return undefined
    const { status } = await client.sessions.get(session.id)
    throw new Error(
      endedStatuses.includes(status)
        ? `The terminal of ${session.id} is closed: the session is ${status}`
        : `tmux could not attach to ${session.id} (it ended with ${code}); the session is ${status}`,
    )
  },
})

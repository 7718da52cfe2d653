/** `worker init` and `orchestrator init` differ in the role alone. */
import type { Role } from '../../schemas/template'
import { init } from '../agents/init'
import { agentFlag } from './agent-flag'
import { type Command, defineCommand } from './command'
import { sessionLine } from './session/format'
import { localConfig, ownCommand } from './this-machine'

export const initCommand = (role: Role): Command =>
  defineCommand({
    about: `Run the agent of a spawned session as its ${role}, and report how it exits`,
    example: `maestro ${role} init --agent 'my-agent --instructions {promptFile}'`,
    args: {
      agent: agentFlag,
      model: { type: 'string', valueHint: 'MODEL', description: "Overrides the session's model" },
      'permission-mode': {
        type: 'string',
        valueHint: 'MODE',
        description: "Overrides the session's permission mode",
      },
    },
    async run({ args, client, environment, json, print }) {
      const { session, agent, exit } = await init({
        role,
        client,
        token: environment.token,
        env: process.env,
        agent: args.agent,
        model: args.model,
        permissionMode: args['permission-mode'],
        demo: [...ownCommand(), 'demo-agent'],
        sessionDir: localConfig().sessionDir,
        print: (line) => {
          if (!json) print(line)
        },
      })
      const exitCode = exit.signal || exit.exitCode !== 0 ? 1 : 0
      return { json: { session, agent, ...exit }, text: sessionLine('Ended', session), exitCode }
    },
  })

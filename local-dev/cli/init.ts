/** `worker init` and `orchestrator init` differ in the role alone. */
import type { Role } from '../../schemas/template'
import { init } from '../agents/init'
import { type Command, defineCommand } from './command'
import { sessionLine } from './session/look'
import { configuration, ownProgram } from './this-machine'

export const initCommand = (role: Role): Command =>
  defineCommand({
    about: `Run the agent of a spawned session as its ${role}, and report how it ends`,
    example: `maestro ${role} init --agent 'my-agent --instructions {promptFile}'`,
    args: {
      agent: {
        type: 'string',
        valueHint: 'AGENT',
        description:
          'claude, codex, gemini, opencode, demo, or a command line with {prompt} or {promptFile}; default MAESTRO_AGENT, else the first of them on PATH',
      },
      model: { type: 'string', valueHint: 'MODEL', description: "Instead of the manifest's" },
      'permission-mode': { type: 'string', valueHint: 'MODE', description: "Instead of the manifest's" },
    },
    async run({ args, client, environment, json, print }) {
      const { session, agent, ending } = await init({
        role,
        client,
        token: environment.token,
        env: process.env,
        agent: args.agent,
        model: args.model,
        permissionMode: args['permission-mode'],
        demo: [...ownProgram(), 'demo-agent'],
        sessionDir: configuration().sessionDir,
        say: (line) => {
          if (!json) print(line)
        },
      })
      if (ending.signal || ending.exitCode !== 0) process.exitCode = 1
      return { json: { session, agent, ...ending }, text: sessionLine('Ended', session) }
    },
  })

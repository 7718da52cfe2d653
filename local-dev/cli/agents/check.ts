import { type AgentCheck, tryHandshake } from '../../agents/check'
import { locateAcp } from '../../agents/find-acp'
import { homeFolder } from '../../lib/home'
import { inheritedEnvironment } from '../../runner/agent-environment'
import { defineCommand } from '../command'
import { details, sentence } from '../format'
import { acpPresetOf, nameArgument } from './preset'

export const command = defineCommand({
  about: 'Shake hands with an agent over ACP: what it can, and what of our permissions it cannot keep',
  example: 'maestro agents check claude --trial',
  args: {
    name: nameArgument,
    trial: {
      type: 'boolean',
      description:
        'Also let it try to write a file, which its model is paid for: whether it asks before that',
    },
  },
  async run({ args, variables, note }) {
    const preset = acpPresetOf(args.name)
    const { name, acp } = preset
    const found = await locateAcp(preset, { searchPath: variables.PATH ?? '', home: homeFolder() })
    if (!found)
      throw new Error(
        `${acp.program} is not here: "maestro agents install ${name}" brings ${acp.npm.package}@${acp.npm.version}`,
      )
    const checked = await tryHandshake(preset, found, {
      env: inheritedEnvironment(variables, undefined),
      withTrial: args.trial === true,
      onNoise: (text) => note(sentence(text)),
    })
    const isFine = checked.problem === undefined && checked.asks !== 'does-not-ask'
    return { json: checked, text: textOf(checked), exitCode: isFine ? 0 : 1 }
  },
})

const textOf = (check: AgentCheck): string => {
  const isTried = check.version === check.triedVersion
  return details({
    agent: check.name,
    version: `${check.version ?? 'unknown'}${isTried ? '' : ` (tried with ${check.triedVersion})`}`,
    program: check.command.join(' '),
    handshake: `ACP 1, after ${check.handshakeMs} ms`,
    problem: check.problem,
    'goes on after a restart': check.loadSession ? 'yes' : 'no: what it was told is lost',
    'hears messages': check.steering ? 'in the middle of a turn' : 'at the end of a turn',
    'MCP servers': `${check.mcp.taken.join(', ')}${check.mcp.leftOut.length === 0 ? '' : `; left out: ${check.mcp.leftOut.join(', ')}`}`,
    modes: check.modes.join(', '),
    models: someOf(check.models),
    trial: check.trial,
    permissions: permissionText(check),
    'cannot keep': check.cannotKeep,
  })
}

/** There may be hundreds. */
const maxNames = 12

const someOf = (names: readonly string[]): string => {
  const more = names.length - maxNames
  return more > 0 ? `${names.slice(0, maxNames).join(', ')} and ${more} more` : names.join(', ')
}

const permissionText = ({ name, asks, trial, triedVersion }: AgentCheck): string => {
  if (asks === 'asks') return trial === 'asked' ? 'it asks, as the trial shows' : 'it asks'
  if (asks === 'untried')
    return `whether this version asks was not tried (${triedVersion} was): maestro agents check ${name} --trial`
  return 'it does not ask: it is started with bypassPermissions only, or with --trust-agent'
}

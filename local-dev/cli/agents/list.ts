import { version } from '../../../package.json'
import { askingOf } from '../../agents/asks'
import { installedAgents } from '../../agents/installed'
import { presets } from '../../agents/presets'
import { defineCommand } from '../command'
import { dim, table } from '../format'

export const command = defineCommand({
  about: 'The agents of this machine, with version and how they can be driven',
  example: 'maestro agents --json',
  async run({ variables }) {
    const installed = await installedAgents(variables, version)
    const agents = installed.map((agent) => {
      const acp = agent.drive === 'acp' ? presets.find(({ name }) => name === agent.name)?.acp : undefined
      return acp ? { ...agent, triedVersion: acp.npm.version, asks: askingOf(acp, agent.version) } : agent
    })
    const missing = presets
      .filter(({ name }) => !installed.some((agent) => agent.name === name))
      .map(({ name }) => name)
    const rows = agents.map((agent) => [
      agent.name,
      agent.drive,
      agent.version ?? 'unknown',
      'asks' in agent ? agent.asks : '',
      agent.path ?? 'part of maestro',
    ])
    const hint =
      missing.length === 0
        ? []
        : [
            '',
            dim(
              `Not here: ${missing.join(', ')}. maestro agents install NAME brings one, maestro agents check NAME tries it.`,
            ),
          ]
    return {
      json: agents,
      text: [table(['AGENT', 'DRIVE', 'VERSION', 'PERMISSIONS', 'PROGRAM'], rows, ''), ...hint].join('\n'),
    }
  },
})

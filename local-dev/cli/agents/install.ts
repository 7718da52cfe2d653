import { installAgent } from '../../agents/install'
import { homeFolder } from '../../lib/home'
import { defineCommand } from '../command'
import { sentence } from '../format'
import { acpPresetOf, nameArgument } from './preset'

export const command = defineCommand({
  about:
    'Install what drives an agent over ACP, in the version that it was tried with, by npm into ~/.maestro/agents',
  example: 'maestro agents install claude && maestro agents check claude',
  args: {
    name: nameArgument,
    'run-script': {
      type: 'boolean',
      description: "Let the package's own install script run, where it does not start without",
    },
  },
  async run({ args, variables, note, signal }) {
    const preset = acpPresetOf(args.name)
    const { npm } = preset.acp
    note(`npm installs ${npm.package}@${npm.version}`)
    const mayRunScript = args['run-script'] === true
    const installed = await installAgent(preset, { home: homeFolder(), mayRunScript, env: variables, signal })
    const { folder, scripts, wasThere } = installed
    const lines = [
      `${wasThere ? 'Is there already' : 'Installed'}: ${npm.package}@${npm.version} in ${folder}`,
      ...(scripts.length === 0
        ? []
        : [
            `Install scripts of ${scripts.join(', ')} were not run; if it does not start: npm rebuild --prefix ${folder}`,
          ]),
    ]
    return {
      json: { name: preset.name, package: npm.package, version: npm.version, ...installed },
      text: lines.map(sentence).join('\n'),
    }
  },
})

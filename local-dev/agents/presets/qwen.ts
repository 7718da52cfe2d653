import { join } from 'node:path'
import { homeFolder } from '../../lib/home'
import { filesFolder, type Preset } from './preset'

const settingsName = 'settings.json'

/** Its own names of what it is to ask for, which beat what user and project allow. */
const asked = [
  'run_shell_command',
  'write_file',
  'edit',
  'notebook_edit',
  'web_fetch',
  'web_search',
  'agent',
  'monitor',
]

export const qwen: Preset = {
  name: 'qwen',
  acp: {
    program: 'qwen',
    args: ['--acp'],
    files: { [settingsName]: JSON.stringify({ permissions: { ask: asked } }) },
    npm: { package: '@qwen-code/qwen-code', version: '0.24.4' },
    env: ({ HOME = homeFolder() }) => ({
      QWEN_CODE_SYSTEM_SETTINGS_PATH: join(filesFolder(HOME, 'qwen'), settingsName),
    }),
    sessionMode: (mode) => (mode === 'plan' ? 'plan' : 'default'),
    asks: { versions: '>=0.24.4' },
    login: 'qwen',
    steering: false,
    cannotKeep: ['it reads without asking'],
  },
}

/** The skills that the project ships, as the texts of their files. */
import cliManifest from './skills/maestro-cli/manifest.json'
import cliText from './skills/maestro-cli/skill.md'
import orchestratorManifest from './skills/maestro-orchestrator/manifest.json'
import orchestratorText from './skills/maestro-orchestrator/skill.md'
import workerManifest from './skills/maestro-worker/manifest.json'
import workerText from './skills/maestro-worker/skill.md'

/** A skill that is shipped: its folder's name, and its files by name. */
export interface SystemSkill {
  id: string
  files: Readonly<Record<'manifest.json' | 'skill.md', string>>
}

const systemSkill = (id: string, manifest: object, instructions: string): SystemSkill => ({
  id,
  files: { 'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`, 'skill.md': instructions },
})

export const systemSkills: readonly SystemSkill[] = [
  systemSkill('maestro-cli', cliManifest, cliText),
  systemSkill('maestro-worker', workerManifest, workerText),
  systemSkill('maestro-orchestrator', orchestratorManifest, orchestratorText),
]

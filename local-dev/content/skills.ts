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
  /** As a server looks for it. */
  files: Readonly<Record<'manifest.json' | 'skill.md', string>>
  /** As agents look for it. */
  common: Readonly<Record<'SKILL.md', string>>
}

interface ShippedManifest {
  name: string
  version: string
  description: string
  author: string
  license: string
}

const systemSkill = (id: string, manifest: ShippedManifest, instructions: string): SystemSkill => ({
  id,
  files: { 'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`, 'skill.md': instructions },
  common: { 'SKILL.md': `${frontmatterOf(manifest)}\n${instructions}` },
})

/** What JSON has for a text, YAML has too. */
const frontmatterOf = ({ name, version, description, author, license }: ShippedManifest): string =>
  [
    '---',
    `name: ${name}`,
    `description: ${JSON.stringify(description)}`,
    `license: ${license}`,
    'metadata:',
    `  author: ${author}`,
    `  version: ${JSON.stringify(version)}`,
    '---',
    '',
  ].join('\n')

export const systemSkills: readonly SystemSkill[] = [
  systemSkill('maestro-cli', cliManifest, cliText),
  systemSkill('maestro-worker', workerManifest, workerText),
  systemSkill('maestro-orchestrator', orchestratorManifest, orchestratorText),
]

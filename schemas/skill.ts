import * as z from 'zod'
import { anyObject, requiredText } from './fields'

const SkillType = z.enum(['system', 'role', 'custom'])

/** Semantic Versioning 2.0.0: three numbers without leading zeros, then perhaps a pre-release and a build. */
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?$/

const said = {
  id: { description: 'Id of the skill: the name of its folder', examples: ['maestro-worker'] },
  name: { description: 'Name', examples: ['maestro-worker'] },
  version: { description: 'Version, as of Semantic Versioning', examples: ['1.0.0'] },
  description: { description: 'What it is good for', examples: ['How a worker session works'] },
  type: { description: 'Who it is from: the system, a role, or the user', examples: ['system'] },
  assignTo: { description: 'Roles whose sessions get it', examples: [['worker']] },
  capabilities: { description: 'What it enables, in words of its own', examples: [['progress-reporting']] },
  dependencies: { description: 'Ids of the skills that it builds on', examples: [['maestro-cli']] },
}

const name = requiredText()
const version = z.string().regex(semver, { error: 'version must be a semantic version like 1.0.0' })
const description = requiredText()
const assignTo = z.array(z.enum(['worker', 'orchestrator', 'all']))
const strings = z.array(z.string())

export const SkillManifest = z
  .object({
    name: name.meta(said.name),
    version: version.meta(said.version),
    description: description.meta(said.description),
    type: SkillType.optional().meta({
      ...said.type,
      description: `${said.type.description}; default system`,
    }),
    assignTo: assignTo.optional().meta(said.assignTo),
    capabilities: strings.optional().meta(said.capabilities),
    dependencies: strings.optional().meta(said.dependencies),
    author: z
      .string()
      .optional()
      .meta({ description: 'Who wrote it', examples: ['Ada'] }),
    license: z
      .string()
      .optional()
      .meta({ description: 'Under which terms', examples: ['MIT'] }),
    config: anyObject()
      .optional()
      .meta({ description: 'Settings of the skill itself', examples: [{ verbose: true }] }),
  })
  .meta({ title: 'SkillManifest', description: 'The manifest.json of a skill' })

export const SkillSummary = z
  .object({
    id: z.string().meta(said.id),
    name: z.string().meta(said.name),
    description: z.string().meta(said.description),
    type: SkillType.meta(said.type),
    version: z.string().meta(said.version),
  })
  .meta({ title: 'SkillSummary', description: 'A skill, in short' })

export const Skill = SkillSummary.extend({
  instructions: z
    .string()
    .meta({ description: 'Its skill.md, empty if there is none', examples: ['## Before the first change'] }),
  capabilities: strings.meta(said.capabilities),
  dependencies: strings.meta(said.dependencies),
  assignTo: assignTo.meta(said.assignTo),
}).meta({ title: 'Skill', description: 'What an agent can be given to read' })

export const ReloadedSkill = SkillSummary.extend({
  reloaded: z.literal(true).meta({ description: 'Always true', examples: [true] }),
}).meta({ title: 'ReloadedSkill', description: 'A skill that was read again' })

export type SkillManifest = z.infer<typeof SkillManifest>
export type SkillSummary = z.infer<typeof SkillSummary>
export type Skill = z.infer<typeof Skill>
export type ReloadedSkill = z.infer<typeof ReloadedSkill>

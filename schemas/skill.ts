import * as z from 'zod'
import { requiredText } from './fields'
import { anyObject } from './lists'

const SkillType = z.enum(['system', 'role', 'custom'])

/** Semantic Versioning 2.0.0: three numbers without leading zeros, then perhaps a pre-release and a build. */
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?$/

const docs = {
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
    name: name.meta(docs.name),
    version: version.meta(docs.version),
    description: description.meta(docs.description),
    type: SkillType.optional().meta({
      ...docs.type,
      description: `${docs.type.description}; default system`,
    }),
    assignTo: assignTo.optional().meta(docs.assignTo),
    capabilities: strings.optional().meta(docs.capabilities),
    dependencies: strings.optional().meta(docs.dependencies),
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
    id: z.string().meta(docs.id),
    name: z.string().meta(docs.name),
    description: z.string().meta(docs.description),
    type: SkillType.meta(docs.type),
    version: z.string().meta(docs.version),
  })
  .meta({ title: 'SkillSummary', description: 'A skill, in short' })

export const Skill = SkillSummary.extend({
  instructions: z.string().meta({
    description: 'Its skill.md, empty if there is none; of a SKILL.md what follows the frontmatter',
    examples: ['## Before the first change'],
  }),
  capabilities: strings.meta(docs.capabilities),
  dependencies: strings.meta(docs.dependencies),
  assignTo: assignTo.meta(docs.assignTo),
  folders: strings.optional().meta({
    description: 'Absolute paths of the scripts/ and references/ beside a SKILL.md, on the server’s machine',
    examples: [['/home/ada/.agents-ui/maestro-skills/pdf/scripts']],
  }),
}).meta({ title: 'Skill', description: 'What an agent can be given to read' })

export const ReloadedSkill = SkillSummary.extend({
  reloaded: z.literal(true).meta({ description: 'Always true', examples: [true] }),
}).meta({ title: 'ReloadedSkill', description: 'A skill that was read again' })

export const LeftOutSkill = z.object({
  folder: z.string().meta({ description: 'Its name in SKILLS_DIR', examples: ['half-written'] }),
  reason: z.string().meta({
    description: 'Why it cannot be used',
    examples: ['Skill half-written cannot be loaded: in manifest.json, version is required'],
  }),
})

export type SkillManifest = z.infer<typeof SkillManifest>
export type SkillSummary = z.infer<typeof SkillSummary>
export type Skill = z.infer<typeof Skill>
export type LeftOutSkill = z.infer<typeof LeftOutSkill>
export type ReloadedSkill = z.infer<typeof ReloadedSkill>

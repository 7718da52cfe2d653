import type { ReloadedSkill, Skill, SkillSummary } from '../../schemas/skill'
import type { Role } from '../../schemas/template'
import { path, type Requests } from './requests'

export const skillsOf = ({ ask }: Requests) => ({
  list: () => ask<SkillSummary[]>('GET', '/api/skills'),
  /** With its instructions. */
  get: (id: string) => ask<Skill>('GET', path`/api/skills/${id}`),
  ofRole: (role: Role) => ask<SkillSummary[]>('GET', path`/api/skills/role/${role}`),
  reload: (id: string) => ask<ReloadedSkill>('POST', path`/api/skills/${id}/reload`),
})

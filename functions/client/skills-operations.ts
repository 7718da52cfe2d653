// Made from the list of operations by `npm run generate`: not to be edited.
import type { ReloadedSkill, Skill, SkillSummary } from '../../schemas/skill'
import { changeHeaders, type PageOptions, pageOf, type RepeatOptions } from './entities'
import { path, type Requests } from './requests'

export const skillsOf = (requests: Requests) => ({
  /** List skills. Sorted by id. One that is broken is left out. */
  list: () => requests.ask<SkillSummary[]>('GET', '/api/skills'),
  /** The same, a page at a time */
  page: (options: PageOptions) => pageOf<SkillSummary>(requests, '/api/skills', { ...options }),
  /** List the skills of a role. First the system skills of the role, then every other that is assigned to it or to all. */
  ofRole: (role: 'worker' | 'orchestrator') =>
    requests.ask<SkillSummary[]>('GET', path`/api/skills/role/${role}`),
  /** The same, a page at a time */
  ofRolePage: (role: 'worker' | 'orchestrator', options: PageOptions) =>
    pageOf<SkillSummary>(requests, path`/api/skills/role/${role}`, { ...options }),
  /** Get a skill with its instructions */
  get: (id: string) => requests.ask<Skill>('GET', path`/api/skills/${id}`),
  /** Reload a skill from its files */
  reload: (id: string, options?: RepeatOptions) =>
    requests.ask<ReloadedSkill>('POST', path`/api/skills/${id}/reload`, changeHeaders(options)),
})

import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Env } from '../../functions/services/app-services'
import type { Log } from '../../functions/services/log'
import { findNamed, formatForPrompt, promptOfSkills } from '../../functions/services/skill-prompt'
import { readSkill, type Skills, skillNotFound, skillsOfRole } from '../../functions/services/skills'
import { reloadSkill } from '../../functions/skills/reload'
import type { Skill } from '../../schemas/skill'
import { calledLocally, createMemoryServices, localRequest } from '../functions/services'

const skill = (id: string, fields: Partial<Skill> = {}): Skill => ({
  id,
  name: `Name of ${id}`,
  description: `About ${id}.`,
  type: 'custom',
  version: '1.2.3',
  instructions: `Do ${id}.`,
  capabilities: [],
  dependencies: [],
  assignTo: [],
  ...fields,
})

const quiet = () => {
  const warnings: unknown[] = []
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (fields) => void warnings.push(fields),
    error: () => {},
    child: () => log,
  }
  return { log, warnings }
}

describe('skills in a prompt', () => {
  it('stand each under a rule and a heading, with a blank line between them', () => {
    expect(formatForPrompt([skill('b'), skill('a', { instructions: '## One\n\n- two\n' })])).toBe(
      [
        ...['---', '# Name of b (v1.2.3)', '', 'About b.', '', 'Do b.', ''],
        ...['---', '# Name of a (v1.2.3)', '', 'About a.', '', '## One', '', '- two'],
      ].join('\n'),
    )
  })

  it('are nothing where there are none', () => {
    expect(formatForPrompt([])).toBe('')
  })

  it('name the folders that lie beside their text, by absolute paths', () => {
    const folders = ['/skills/a/scripts', '/skills/a/references']
    expect(formatForPrompt([skill('a', { folders, instructions: 'Run scripts/x.\n' }), skill('b')])).toBe(
      [
        ...['---', '# Name of a (v1.2.3)', '', 'About a.', '', 'Run scripts/x.', ''],
        ...['Folders of this skill:', '- /skills/a/scripts', '- /skills/a/references', ''],
        ...['---', '# Name of b (v1.2.3)', '', 'About b.', '', 'Do b.'],
      ].join('\n'),
    )
  })

  it('need no instructions', () => {
    expect(formatForPrompt([skill('a', { instructions: '' })])).toBe('---\n# Name of a (v1.2.3)\n\nAbout a.')
  })
})

describe('the skills of a spawn', () => {
  const skills = (...all: Skill[]) => {
    const asked: string[][] = []
    const there: Skills = {
      list: async () => all,
      named: async (ids) => {
        const wanted = [...ids]
        asked.push(wanted)
        return new Map(all.filter(({ id }) => wanted.includes(id)).map((one) => [one.id, one]))
      },
      leftOut: async () => [],
      get: async (id) => {
        throw skillNotFound(id)
      },
    }
    return { asked, there }
  }
  const promptOf = async ({ there }: ReturnType<typeof skills>, ids: string[], log: Log) =>
    promptOfSkills(there, await findNamed(there, ids), log)

  it('are those it names, in its order, and none that they depend on', async () => {
    const { log, warnings } = quiet()
    const all = skills(skill('a'), skill('b', { dependencies: ['a'] }), skill('c'))
    const prompt = await promptOf(all, ['c', 'b'], log)
    expect(prompt).toBe(formatForPrompt([skill('c'), skill('b')]))
    expect(warnings).toEqual([])
  })

  it('go without the one that is missing, which is logged, and so is a missing dependency', async () => {
    const { log, warnings } = quiet()
    const all = skills(skill('a', { dependencies: ['gone'] }))
    expect(await promptOf(all, ['none', 'a'], log)).toBe(formatForPrompt([skill('a')]))
    expect(warnings).toEqual([{ skill: 'none' }, { skill: 'a', dependency: 'gone' }])
  })

  it('are looked for once, and what they depend on once more, and nothing where it names none', async () => {
    const { log, warnings } = quiet()
    const all = skills(skill('a', { dependencies: ['b', 'c', 'gone'] }), skill('b'), skill('c'))
    expect(await promptOf(all, ['a', 'b', 'a'], log)).toBe(
      formatForPrompt([skill('a'), skill('b'), skill('a')]),
    )
    expect(all.asked).toEqual([
      ['a', 'b', 'a'],
      ['c', 'gone'],
    ])
    expect(warnings).toEqual([
      { skill: 'a', dependency: 'gone' },
      { skill: 'a', dependency: 'gone' },
    ])
    expect(await promptOf(all, [], log)).toBe('')
    expect(all.asked).toHaveLength(2)
  })
})

describe('a reload', () => {
  it('is refused with 501 by a host whose skills cannot be read again', async () => {
    const app = new Hono<Env>().post('/api/skills/:id/reload', reloadSkill)
    const { reload: _, ...skills } = (await createMemoryServices()).skills
    const services = { ...(await createMemoryServices()), skills }
    const request = localRequest('/api/skills/a/reload', { method: 'POST' })
    const answer = await app.fetch(request, calledLocally(services))
    expect(answer.status).toBe(501)
    expect(await answer.json()).toEqual({
      error: true,
      code: 'NOT_IMPLEMENTED',
      message: 'Reload not supported',
    })
  })
})

describe('the skills of a role', () => {
  const ids = (skills: Skill[]) => skills.map(({ id }) => id)
  const all = [
    skill('a-worker', { assignTo: ['worker'] }),
    skill('everybody', { assignTo: ['all'] }),
    skill('maestro-cli'),
    skill('maestro-orchestrator', { assignTo: ['orchestrator'] }),
    skill('maestro-worker', { assignTo: ['worker', 'all'] }),
    skill('nobody'),
    skill('z-both', { assignTo: ['worker', 'orchestrator', 'all'] }),
  ]

  it('begin with its system skills; then come those assigned to it or to all, each once', () => {
    const worker = ['maestro-cli', 'maestro-worker', 'a-worker', 'everybody', 'z-both']
    expect(ids(skillsOfRole(all, 'worker'))).toEqual(worker)
    const orchestrator = ['maestro-cli', 'maestro-orchestrator', 'everybody', 'maestro-worker', 'z-both']
    expect(ids(skillsOfRole(all, 'orchestrator'))).toEqual(orchestrator)
  })

  it('go without the system skills that are missing', () => {
    expect(ids(skillsOfRole([skill('everybody', { assignTo: ['all'] })], 'worker'))).toEqual(['everybody'])
  })
})

describe('a manifest.json', () => {
  const good = { name: 'n', version: '1.0.0', description: 'd' }
  const read = (manifest: unknown) =>
    readSkill('x', typeof manifest === 'string' ? manifest : JSON.stringify(manifest), 'text')

  it('needs only name, version and description; what it does not say is filled in', () => {
    expect(read(good)).toEqual({
      id: 'x',
      ...good,
      type: 'system',
      instructions: 'text',
      capabilities: [],
      dependencies: [],
      assignTo: [],
    })
  })

  it('may say more, which is told where the API has a place for it', () => {
    const more = { type: 'role', assignTo: ['all'], capabilities: ['c'], dependencies: ['maestro-cli'] }
    const rest = { author: 'Ada', license: 'MIT', config: { deep: [1] }, homepage: 'x' }
    expect(read({ ...good, ...more, ...rest })).toEqual({ id: 'x', ...good, ...more, instructions: 'text' })
  })

  it.each(['0.0.0', '10.20.30', '1.0.0-alpha.1', '1.0.0-0a', '1.0.0+build.5', '1.0.0-rc.1+5'])(
    'may have the version %s',
    (version) => {
      expect(read({ ...good, version }).version).toBe(version)
    },
  )

  it.each([
    ['no JSON', '{', /manifest\.json is not valid JSON/],
    ['empty', '', /manifest\.json is not valid JSON/],
    ['a list', [], /manifest\.json must hold an object/],
    ['null', null, /manifest\.json must hold an object/],
    ['without name', { ...good, name: undefined }, /name is required/],
    ['with a blank name', { ...good, name: ' ' }, /name is required/],
    ['without version', { ...good, version: undefined }, /version is required/],
    ['with a version of two numbers', { ...good, version: '1.0' }, /version must be a semantic version/],
    ['with a version after a v', { ...good, version: 'v1.0.0' }, /version must be a semantic version/],
    ['with leading zeros', { ...good, version: '01.0.0' }, /version must be a semantic version/],
    ['with an empty pre-release', { ...good, version: '1.0.0-' }, /version must be a semantic version/],
    ['without description', { ...good, description: undefined }, /description is required/],
    ['of an unknown type', { ...good, type: 'plugin' }, /type must be one of/],
    ['assigned to nobody we know', { ...good, assignTo: ['boss'] }, /assignTo\.0 must be one of/],
    ['assigned by a word, not a list', { ...good, assignTo: 'all' }, /assignTo must be an array/],
    [
      'with dependencies that are no texts',
      { ...good, dependencies: [1] },
      /dependencies\.0 must be a string/,
    ],
  ])('is broken when it is %s', (_, manifest, why) => {
    let error: unknown
    try {
      read(manifest)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'SKILL_LOAD_ERROR', status: 500 })
    expect(String(error)).toMatch(/Skill x cannot be loaded: /)
    expect(String(error)).toMatch(why)
  })

  it('is told all that is wrong with it at once', () => {
    expect(() => read({})).toThrow(/name is required; version is required; description is required/)
  })
})

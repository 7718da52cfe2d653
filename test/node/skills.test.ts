// A skill that is on disk is not told as it is, or a broken one takes others with it.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal } from '../contract/http'
import { startServer } from '../contract/server'
import { skillFilesIn } from './skill-files'

interface Summary {
  id: string
  name: string
  description: string
  type: string
  version: string
}

const server = await startServer()
const api = client(server.url)
afterAll(() => server.stop())

const { file, write, put } = skillFilesIn(server.skillsDir)
const list = () => api.get<Summary[]>('/api/skills')
const ids = async (path = '') => (await api.get<Summary[]>(`/api/skills${path}`)).map(({ id }) => id)
const notFound = (id: string) => refusal(404, 'NOT_FOUND', `Skill not found: ${id}`)

describe('skills on disk', () => {
  it('are listed in short, sorted by their folders’ names', async () => {
    put('b-skill', { type: 'custom', name: 'Another name' })
    put('B.upper_2')
    put('a-skill', { version: '2.1.0-rc.1', author: 'Ada', config: { x: 1 } })
    expect(await list()).toEqual([
      {
        id: 'B.upper_2',
        name: 'Name B.upper_2',
        description: 'About B.upper_2.',
        type: 'system',
        version: '1.0.0',
      },
      {
        id: 'a-skill',
        name: 'Name a-skill',
        description: 'About a-skill.',
        type: 'system',
        version: '2.1.0-rc.1',
      },
      {
        id: 'b-skill',
        name: 'Another name',
        description: 'About b-skill.',
        type: 'custom',
        version: '1.0.0',
      },
    ])
  })

  it('are told whole one by one, with the text that agents read', async () => {
    const more = { type: 'role', capabilities: ['c'], dependencies: ['gone'], assignTo: ['worker'] }
    put('whole', { ...more, license: 'MIT' })
    write('whole/skill.md', '## Erst\n\n“ja” 🎼\n')
    const { status, body } = await api.request<Summary>('GET', '/api/skills/whole')
    expect(status).toBe(200)
    expect(body).toEqual({
      id: 'whole',
      name: 'Name whole',
      description: 'About whole.',
      version: '1.0.0',
      ...more,
      instructions: '## Erst\n\n“ja” 🎼\n',
    })
    expect(await ids()).toContain('whole')
  })

  it('need no skill.md', async () => {
    put('brief')
    rmSync(file('brief/skill.md'))
    expect(await api.get('/api/skills/brief')).toMatchObject({
      instructions: '',
      capabilities: [],
      dependencies: [],
      assignTo: [],
    })
  })

  it('are new without a restart: come, changed, gone', async () => {
    put('new')
    expect(await ids()).toContain('new')
    put('new', { version: '1.0.1' })
    write('new/skill.md', 'Changed.')
    expect(await api.get('/api/skills/new')).toMatchObject({ version: '1.0.1', instructions: 'Changed.' })
    rmSync(file('new'), { recursive: true })
    expect(await ids()).not.toContain('new')
    expect(await api.request('GET', '/api/skills/new')).toMatchObject(notFound('new'))
  })

  it('are reloaded when asked: the answer is the skill in short', async () => {
    put('again')
    await api.get('/api/skills/again')
    put('again', { version: '3.0.0' })
    const { status, body } = await api.request('POST', '/api/skills/again/reload')
    expect(status).toBe(200)
    expect(body).toEqual({
      id: 'again',
      name: 'Name again',
      description: 'About again.',
      type: 'system',
      version: '3.0.0',
      reloaded: true,
    })
  })

  it('are given to roles: the system skills first, then those assigned', async () => {
    for (const id of ['maestro-worker', 'maestro-cli', 'maestro-orchestrator']) put(id)
    put('0-all', { assignTo: ['all'] })
    put('zz-orchestrator', { assignTo: ['orchestrator'] })
    put('zz-worker', { assignTo: ['worker'] })
    const worker = ['maestro-cli', 'maestro-worker', '0-all', 'whole', 'zz-worker']
    expect(await ids('/role/worker')).toEqual(worker)
    const orchestrator = ['maestro-cli', 'maestro-orchestrator', '0-all', 'zz-orchestrator']
    expect(await ids('/role/orchestrator')).toEqual(orchestrator)
    rmSync(file('maestro-cli'), { recursive: true })
    expect(await ids('/role/worker')).toEqual(worker.slice(1))
  })
})

describe('a broken skill', () => {
  it.each([
    ['whose manifest is cut short', 'cut', '{"name":'],
    ['whose manifest lacks its version', 'unversioned', { name: 'n', description: 'd' }],
    ['whose manifest is far too large', 'large', ' '.repeat(1024 * 1024 + 1)],
  ])('%s is left out of the lists, and says so when asked for', async (_, id, manifest) => {
    const before = await list()
    write(`${id}/manifest.json`, manifest)
    expect(await list()).toEqual(before)
    expect(await api.request('GET', '/api/skills/role/worker')).toMatchObject({ status: 200 })
    expect(await api.request('GET', `/api/skills/${id}`)).toMatchObject(refusal(500, 'SKILL_LOAD_ERROR'))
    expect(await api.request('POST', `/api/skills/${id}/reload`)).toMatchObject(
      refusal(500, 'SKILL_LOAD_ERROR'),
    )
    expect(server.log()).toContain(file(id))
  })

  it.each(['manifest.json', 'skill.md'])('whose %s never ends does not hold the server up', async (name) => {
    put('pipe')
    rmSync(file(`pipe/${name}`))
    execFileSync('mkfifo', [file(`pipe/${name}`)])
    expect(await ids()).not.toContain('pipe')
    expect(await api.request('GET', '/api/skills/pipe')).toMatchObject(refusal(500, 'SKILL_LOAD_ERROR'))
    rmSync(file('pipe'), { recursive: true })
  })
})

describe('a spawned session', () => {
  it('is given the skills that it names, in its order; what is missing is logged and stops nothing', async () => {
    put('first')
    put('second', { dependencies: ['first', 'absent-dependency'] })
    write('shattered/manifest.json', '{')
    const project = await api.project()
    const task = await api.task(project.id)
    const template = { name: 'Skills', role: 'worker', content: 'Before\n\n{{SKILLS}}\n\nAfter' }
    const { id: templateId } = await api.ok<{ id: string }>('POST', '/api/templates', template)
    const skills = ['second', 'absent-skill', 'first', 'shattered', 'second']
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [task.id],
      templateId,
      skills,
    })
    const manifest = await api.get<object>(`/api/sessions/${sessionId}/manifest`)
    expect(manifest).toMatchObject({
      skills: ['second', 'absent-skill', 'first', 'shattered'],
      systemPrompt: [
        'Before',
        '---\n# Name second (v1.0.0)',
        'About second.',
        'Do second.',
        '---\n# Name first (v1.0.0)',
        'About first.',
        'Do first.',
        'After',
      ].join('\n\n'),
    })
    for (const missing of ['absent-skill', 'absent-dependency', 'shattered'])
      expect(server.log()).toContain(missing)
  })
})

describe('a skill of the common format', () => {
  it('is told as any other, and its folders are named in the prompt of a session', async () => {
    write('pdf/SKILL.md', '---\nname: pdf\ndescription: About PDF.\n---\n\nRun scripts/fill.py.\n')
    write('pdf/scripts/fill.py', '')
    const folders = [file('pdf/scripts')]
    expect(await api.get('/api/skills/pdf')).toMatchObject({ id: 'pdf', type: 'custom', folders })
    const project = await api.project()
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [(await api.task(project.id)).id],
      skills: ['pdf'],
    })
    const { systemPrompt } = await api.get<{ systemPrompt: string }>(`/api/sessions/${sessionId}/manifest`)
    expect(systemPrompt).toContain(
      `# pdf (v0.0.0)\n\nAbout PDF.\n\nRun scripts/fill.py.\n\nFolders of this skill:\n- ${folders}`,
    )
  })

  it('whose session’s manifest is saved with a byte order mark leaves that out of the answer', async () => {
    const project = await api.project()
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [(await api.task(project.id)).id],
    })
    const path = join(server.sessionDir, sessionId, 'manifest.json')
    writeFileSync(path, `\ufeff${readFileSync(path, 'utf8')}`)
    const answer = await fetch(`${server.url}/api/sessions/${sessionId}/manifest`)
    expect(Buffer.from(await answer.arrayBuffer()).toString('utf8')).toMatch(/^\{/)
  })

  it('that is left out is in the verbose health, with the reason', async () => {
    write('vague/SKILL.md', '---\nname: vague\n---\n')
    const { skills } = await api.get<{ skills: { folder: string; reason: string }[] }>('/health?verbose=1')
    expect(skills).toContainEqual({
      folder: 'vague',
      reason: expect.stringContaining('its frontmatter has no description'),
    })
    expect(skills.map(({ folder }) => folder)).not.toContain('pdf')
  })
})

describe('a SKILLS_DIR that is not there', () => {
  it('holds no skills until it is made', async () => {
    rmSync(server.skillsDir, { recursive: true })
    expect(await list()).toEqual([])
    expect(await api.request('GET', '/api/skills/a-skill')).toMatchObject(notFound('a-skill'))
    put('a-skill')
    expect(await ids()).toEqual(['a-skill'])
  })
})

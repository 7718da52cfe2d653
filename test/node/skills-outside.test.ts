// Somebody reads files through the server by what it takes for a skill.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal } from '../contract/http'
import { startInProcess } from '../memory/target'
import { skillFilesIn } from './skill-files'

const server = await startInProcess({})
const api = client(server.url)
afterAll(() => server.stop())

const { file, put } = skillFilesIn(server.skillsDir)
put('a-skill')

describe('what lies outside SKILLS_DIR', () => {
  const outside = join(server.root, 'outside')
  const secret = { name: 'secret', version: '1.0.0', description: 'secret' }
  for (const folder of [server.root, outside, server.skillsDir, file('.hidden'), `${server.skillsDir}-2/x`]) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(secret))
    writeFileSync(join(folder, 'skill.md'), 'secret')
  }
  const expectHidden = async (path: string) => {
    for (const [method, url] of [
      ['GET', `/api/skills/${path}`],
      ['POST', `/api/skills/${path}/reload`],
    ] as const) {
      const answer = await api.request(method, url)
      expect(answer.status, url).toBe(404)
      expect(JSON.stringify(answer.body)).not.toContain('secret')
    }
    expect(JSON.stringify(await api.get('/api/skills'))).not.toContain('secret')
  }

  it.each([
    ...['..%2foutside', '%2e%2e%2foutside', '.%2f', '%2e%2f..%2foutside', 'a-skill%2f..%2f..%2foutside'],
    ...['..%5coutside', '..%2fskills-2%2fx', '.hidden', '%2ehidden', 'a-skill%2f', 'a-skill%00', '%2f'],
    ...['..%252foutside', '%c0%ae%c0%ae%2foutside', encodeURIComponent(outside), '...', 'manifest.json'],
  ])('is not reached by an id that climbs: %s', (id) => expectHidden(id))

  it('is not reached by a folder that is a link', async () => {
    symlinkSync(outside, file('link-out'))
    symlinkSync('../outside', file('link-relative'))
    symlinkSync(`../${server.skillsDir.split('/').at(-1)}-2/x`, file('link-like-named'))
    symlinkSync('.', file('link-to-all'))
    symlinkSync('link-out', file('link-to-link'))
    for (const id of ['link-out', 'link-relative', 'link-like-named', 'link-to-all', 'link-to-link'])
      await expectHidden(id)
  })

  it('is not reached by a manifest.json or skill.md that is a link', async () => {
    put('links-manifest')
    rmSync(file('links-manifest/manifest.json'))
    symlinkSync(join(outside, 'manifest.json'), file('links-manifest/manifest.json'))
    put('links-text')
    rmSync(file('links-text/skill.md'))
    symlinkSync('../../outside/skill.md', file('links-text/skill.md'))
    for (const id of ['links-manifest', 'links-text']) await expectHidden(id)
  })

  it('is not confused with links that stay inside, which are skills', async () => {
    put('target')
    symlinkSync('target', file('alias'))
    mkdirSync(file('borrowed'))
    symlinkSync('../target/manifest.json', file('borrowed/manifest.json'))
    symlinkSync('nowhere', file('dangling'))
    for (const id of ['alias', 'borrowed'])
      expect(await api.get(`/api/skills/${id}`)).toMatchObject({ id, name: 'Name target' })
    expect(await api.request('GET', '/api/skills/dangling')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Skill not found: dangling'),
    )
  })
})

// A session starts with more rights than a person has read.
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { maestroInProcess } from '../cli/in-process'
import { createRulesFolders, write } from './rules-folder'

const { open, close, git, ofProject, commit, loaded, maestro } = createRulesFolders()
let home = ''
let project = ''
beforeEach(() => {
  ;({ home, project } = open())
})
afterEach(close)

describe("a project's allow rules", () => {
  it('count once a person has trusted that very text, and no longer when it changes', async () => {
    commit({ allow: ['run:a'], deny: ['run:d'] })
    const before = await loaded()
    expect(before).toMatchObject({ allow: [], deny: ['run:d'] })
    expect(before.notes).toEqual([expect.stringContaining('are not trusted and do not count: maestro trust')])

    const refused = await maestro('trust')
    expect(refused).toMatchObject({ code: 64 })
    expect(refused.stdout).toContain('run:a')
    expect(refused.stderr).toContain('--yes')
    expect(await loaded()).toMatchObject({ allow: [] })

    expect(await maestro('trust', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Trusted'),
    })
    expect(await loaded()).toMatchObject({ allow: ['run:a'], notes: [] })
    const file = join(home, '.maestro/trusted.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      format: 1,
      trusted: [{ repository: project, file: '.maestro/permissions.json' }],
    })

    appendFileSync(ofProject(), '\n')
    expect(await loaded()).toMatchObject({ allow: ['run:a'] })
    git('commit', '-qam', 'changed')
    const changed = await loaded()
    expect(changed).toMatchObject({ allow: [], deny: ['run:d'] })
    expect(changed.notes).toEqual([expect.stringContaining('have changed since they were trusted')])
    expect((await maestro('trust')).stdout).toContain('changed since it was trusted')
  })

  it('are listed, told to programs, and can be taken back', async () => {
    const head = commit({ allow: ['run:a'] })
    expect((await maestro('trust', '--list')).stdout).toBe('Nothing is trusted\n')
    const told: unknown = JSON.parse((await maestro('trust', '--yes', '--json')).stdout)
    expect(told).toMatchObject({
      trusted: true,
      repository: project,
      commit: head,
      text: '{"allow":["run:a"]}',
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
    })
    expect((await maestro('trust')).stdout).toContain('is trusted already')
    expect(JSON.parse((await maestro('trust', '--list', '--json')).stdout)).toMatchObject([
      { repository: project },
    ])
    expect((await maestro('trust', '--list')).stdout).toContain(project)
    expect(await maestro('trust', '--revoke')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No longer'),
    })
    expect(await loaded()).toMatchObject({ allow: [] })
    expect((await maestro('trust', '--revoke')).stdout).toContain('Nothing was trusted')
    expect((await maestro('trust', '--json')).stderr).toContain('--yes')
    await maestro('trust', '--yes')
    git('rm', '-q', '.maestro/permissions.json')
    git('commit', '-qm', 'gone')
    expect((await maestro('trust', '--revoke')).stdout).toContain('No longer trusted')
  })

  it('are trusted by no session, and by nobody where they are broken, or not committed', async () => {
    const asSession = maestroInProcess({
      PATH: process.env.PATH ?? '',
      HOME: home,
      MAESTRO_SESSION_ID: 'sess_1',
    })
    write(ofProject(), { allow: ['run:a'] })
    expect((await maestro('trust', '--yes')).stderr).toContain('only committed rules count')
    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'x')
    expect((await maestro('trust', '--yes')).stderr).toContain('commit it first')
    commit({ allow: ['run:a'] })
    expect((await asSession.run(['trust', '--yes'], { cwd: project })).stderr).toContain('a person does')
    commit({ allow: ['a'] })
    expect((await maestro('trust', '--yes')).stderr).toContain('allow[0]')
    expect(() => statSync(join(home, '.maestro/trusted.json'))).toThrow()
  })

  it('do not count where the list of what is trusted is damaged, which is said and left as it is', async () => {
    commit({ allow: ['run:a'], deny: ['run:d'] })
    const file = join(home, '.maestro/trusted.json')
    for (const damaged of ['{', '{"format":2,"trusted":[]}', '[]']) {
      write(file, damaged)
      const { allow, deny, notes } = await loaded()
      expect({ allow, deny }).toEqual({ allow: [], deny: ['run:d'] })
      expect(notes[0]).toContain(file)
      expect((await maestro('trust', '--yes')).stderr).toContain(file)
      expect(readFileSync(file, 'utf8')).toBe(damaged)
    }
  })
})
